"""The environment of a process that writes tables: one thread, no address space held in reserve."""

# Read by the libraries when they are loaded, so it must be set by who starts the process. A process
# with one thread can be forked; one that reserves nothing fits into a memory limit.
SINGLE_THREADED = {
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
}
