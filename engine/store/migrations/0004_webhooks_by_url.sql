-- Version 4: the webhook of an importer for a URL is found at once, however many there are.

CREATE INDEX webhooks_by_url ON webhooks (url, template_id);
