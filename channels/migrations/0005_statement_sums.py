from django.db import migrations

REFUSE = """
CREATE FUNCTION channels_statement_sums() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM channels_statement s
        LEFT JOIN LATERAL (
            SELECT coalesce(sum(e.amount_yuan), 0) AS total, count(*) AS lines,
                   coalesce(bool_and(e.partner_id = s.partner_id), true) AS own
            FROM channels_statementline l JOIN channels_entry e ON e.id = l.entry_id WHERE l.statement_id = s.id
        ) found ON true
        WHERE s.id IN (SELECT statement FROM (SELECT to_jsonb(f) AS row FROM fresh f) r,
                       LATERAL (SELECT coalesce(r.row ->> 'statement_id', r.row ->> 'id')::bigint AS statement) k)
          AND (found.total <> s.total_yuan OR found.lines <> s.lines_count OR NOT found.own)
    ) THEN
        RAISE EXCEPTION 'AS-12: a statement is the sum of its lines, and they are its partner''s';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER channels_statement_sums AFTER INSERT ON channels_statement
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION channels_statement_sums();
CREATE TRIGGER channels_statementline_sums AFTER INSERT ON channels_statementline
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION channels_statement_sums();

CREATE FUNCTION channels_statement_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state = 'settled' THEN
        RAISE EXCEPTION 'AS-12: a settled statement is not changed any more';
    END IF;
    IF (NEW.partner_id, NEW.month, NEW.lines_count, NEW.opening_yuan, NEW.total_yuan, NEW.closing_yuan)
       IS DISTINCT FROM
       (OLD.partner_id, OLD.month, OLD.lines_count, OLD.opening_yuan, OLD.total_yuan, OLD.closing_yuan) THEN
        RAISE EXCEPTION 'AS-12: what a statement says is not changed once it is drawn up';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER channels_statement_kept BEFORE UPDATE ON channels_statement
    FOR EACH ROW EXECUTE FUNCTION channels_statement_kept();

CREATE FUNCTION channels_statementline_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.statement_id, NEW.entry_id, NEW.number) IS DISTINCT FROM (OLD.statement_id, OLD.entry_id, OLD.number)
       OR EXISTS (SELECT 1 FROM channels_statement s WHERE s.id = OLD.statement_id AND s.state = 'settled') THEN
        RAISE EXCEPTION 'AS-12: a line stays on its statement, and after settling as it is';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER channels_statementline_kept BEFORE UPDATE ON channels_statementline
    FOR EACH ROW EXECUTE FUNCTION channels_statementline_kept();
CREATE TRIGGER channels_statement_undeletable BEFORE DELETE ON channels_statement
    FOR EACH ROW EXECUTE FUNCTION opsdesk_append_only();
CREATE TRIGGER channels_statementline_undeletable BEFORE DELETE ON channels_statementline
    FOR EACH ROW EXECUTE FUNCTION opsdesk_append_only();
"""
ALLOW = """
DROP TRIGGER channels_statementline_undeletable ON channels_statementline;
DROP TRIGGER channels_statement_undeletable ON channels_statement;
DROP TRIGGER channels_statementline_kept ON channels_statementline;
DROP FUNCTION channels_statementline_kept();
DROP TRIGGER channels_statement_kept ON channels_statement;
DROP FUNCTION channels_statement_kept();
DROP TRIGGER channels_statementline_sums ON channels_statementline;
DROP TRIGGER channels_statement_sums ON channels_statement;
DROP FUNCTION channels_statement_sums();
"""


class Migration(migrations.Migration):
    """AS-12: the database itself holds that a statement adds up and stays as it was drawn up."""

    dependencies = [("channels", "0004_statements"), ("audit", "0002_append_only")]
    operations = [migrations.RunSQL(REFUSE, ALLOW)]
