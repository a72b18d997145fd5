-- Who may see how a part went: public, after due, after published or hidden.

ALTER TABLE marks ADD COLUMN visible TEXT NOT NULL DEFAULT 'public';
