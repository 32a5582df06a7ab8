"""One file a source. `v7services.catalogue` lists them; none imports another."""
