"""Write answers to queries in every format of the table, exactly or not at all."""
