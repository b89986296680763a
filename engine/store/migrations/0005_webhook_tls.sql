-- Version 5: what a webhook brings along for TLS, in PEM form; empty: nothing.

ALTER TABLE webhooks ADD COLUMN tls_ca TEXT NOT NULL DEFAULT '';           -- trusted beside the system's authorities
ALTER TABLE webhooks ADD COLUMN tls_certificate TEXT NOT NULL DEFAULT '';  -- its own first, then the chain
ALTER TABLE webhooks ADD COLUMN tls_private_key TEXT NOT NULL DEFAULT '';  -- in plain text, as the secrets are
