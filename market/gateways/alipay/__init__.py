"""Alipay: its request classes over our own transport, with our own signatures. See `client` for why."""
