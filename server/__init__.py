"""Answer from one release: pages, documents and a SPARQL endpoint, and the command line."""
