"""Two small systems with as many linked records as wanted, for benchmarks: made on the fly, in memory or over HTTP."""
