"""The police office under load: many open pages, many phones, a long list."""
