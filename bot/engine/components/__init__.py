"""Parts of the understanding pipeline of `config.yml`."""
