-- Makes clips, predictions and spans tables of parts by study_day, a part a month, on the way to 100 million clips (docs/operating/sizing.md).
-- What is there becomes the first part, without a copy. Run again, it makes the parts of the months that are missing.
--   psql -d lus -f deploy/sql/partitions.sql
-- as the tables' owner (lus_migrator) or a superuser. Stop the workers first: the tables are locked while foreign keys are checked.
-- With -v months=N parts are made for N months ahead, 12 by default.
\set ON_ERROR_STOP on
SET client_min_messages = warning;
SET search_path = public;
\if :{?months}
\else
\set months 12
\endif
-- Days are those of UTC. The first part ends where the next month begins.
SELECT set_config('lus.until', date_trunc('month', now() AT TIME ZONE 'UTC' + interval '1 month')::date::text, false) AS until,
       set_config('lus.months', :'months', false) AS months \gset

-- Checked while others work, so that taking the tables in as parts need not look at their rows.
DO $$
DECLARE
    large text;
BEGIN
    FOREACH large IN ARRAY ARRAY['clips', 'predictions', 'spans'] LOOP
        CONTINUE WHEN (SELECT relkind FROM pg_class WHERE oid = large::regclass) = 'p'
                   OR EXISTS (SELECT FROM pg_constraint WHERE conrelid = large::regclass AND conname = large || '_before_days');
        EXECUTE format('ALTER TABLE %I ADD CONSTRAINT %I CHECK (study_day < %L) NOT VALID', large, large || '_before_days', current_setting('lus.until'));
    END LOOP;
END $$;
SELECT format('ALTER TABLE %s VALIDATE CONSTRAINT %I', conrelid::regclass, conname)
FROM pg_constraint WHERE conname IN ('clips_before_days', 'predictions_before_days', 'spans_before_days') AND NOT convalidated \gexec

DO $$
DECLARE
    until date := current_setting('lus.until');
    large text;
    statement text;
    views text[];
    keys text[];
    indexes text[];
    renames text[];
BEGIN
    IF (SELECT relkind FROM pg_class WHERE oid = 'clips'::regclass) = 'p' THEN
        RETURN;
    END IF;
    LOCK TABLE clips, predictions, spans IN ACCESS EXCLUSIVE MODE;

    -- Views go on reading the tables that they were made of, whatever those are called, so they are made again.
    SELECT array_agg(format('CREATE OR REPLACE VIEW %s AS %s', shown.oid::regclass, pg_get_viewdef(shown.oid))) INTO views
    FROM pg_class shown
    WHERE shown.relkind = 'v' AND EXISTS (
        SELECT FROM pg_rewrite JOIN pg_depend ON pg_depend.classid = 'pg_rewrite'::regclass AND pg_depend.objid = pg_rewrite.oid
        WHERE pg_rewrite.ev_class = shown.oid AND pg_depend.refobjid IN ('clips'::regclass, 'predictions'::regclass, 'spans'::regclass));
    SELECT array_agg(format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid))) INTO keys
    FROM pg_constraint WHERE contype = 'f' AND conrelid IN ('clips'::regclass, 'predictions'::regclass, 'spans'::regclass);
    -- A key to a whole table is none to a part of it.
    FOR statement IN
        SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) FROM pg_constraint WHERE contype = 'f' AND confrelid = 'clips'::regclass
    LOOP
        EXECUTE statement;
    END LOOP;

    FOREACH large IN ARRAY ARRAY['clips', 'predictions', 'spans'] LOOP
        SELECT array_agg(CASE WHEN conname IS NULL THEN pg_get_indexdef(indexrelid) ELSE format('ALTER TABLE %I ADD CONSTRAINT %I %s', large, conname, pg_get_constraintdef(pg_constraint.oid)) END),
               array_agg(format('ALTER INDEX %s RENAME TO %I', indexrelid::regclass, relname || '_before')) INTO indexes, renames
        FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid LEFT JOIN pg_constraint ON conindid = indexrelid AND contype IN ('p', 'u')
        WHERE indrelid = large::regclass;
        EXECUTE format('ALTER TABLE %I RENAME TO %I', large, large || '_before');
        FOREACH statement IN ARRAY renames LOOP
            EXECUTE statement;
        END LOOP;
        EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS INCLUDING GENERATED INCLUDING STORAGE INCLUDING COMMENTS) PARTITION BY RANGE (study_day)', large, large || '_before');
        FOREACH statement IN ARRAY indexes LOOP
            EXECUTE statement;
        END LOOP;
    END LOOP;
    FOREACH statement IN ARRAY keys LOOP
        EXECUTE statement;
    END LOOP;
    FOREACH large IN ARRAY ARRAY['clips', 'predictions', 'spans'] LOOP
        EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (MINVALUE) TO (%L)', large, large || '_before', until);
        EXECUTE format('ALTER TABLE %I DROP CONSTRAINT %I', large || '_before', large || '_before_days');
    END LOOP;
    FOREACH statement IN ARRAY views LOOP
        EXECUTE statement;
    END LOOP;
    -- The new tables' owner and rights are those of the old ones.
    FOREACH large IN ARRAY ARRAY['clips', 'predictions', 'spans'] LOOP
        EXECUTE format('ALTER TABLE %I OWNER TO %I', large, (SELECT relowner::regrole::text FROM pg_class WHERE oid = (large || '_before')::regclass));
    END LOOP;
    PERFORM grant_rights();
END $$;

DO $$
DECLARE
    large text;
    month date;
    name text;
BEGIN
    FOREACH large IN ARRAY ARRAY['clips', 'predictions', 'spans'] LOOP
        FOR month IN SELECT generate_series(current_setting('lus.until')::date, current_setting('lus.until')::date + (current_setting('lus.months')::int - 1) * interval '1 month', '1 month')::date LOOP
            name := large || to_char(month, '_YYYY_MM');
            CONTINUE WHEN to_regclass(name) IS NOT NULL;
            EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)', name, large, month, month + interval '1 month');
            EXECUTE format('ALTER TABLE %I OWNER TO %I', name, (SELECT relowner::regrole::text FROM pg_class WHERE oid = large::regclass));
        END LOOP;
    END LOOP;
END $$;
-- Nobody else does so for tables that have parts.
ANALYZE clips, predictions, spans;
SELECT inhparent::regclass AS "table", inhrelid::regclass AS part, pg_get_expr(relpartbound, inhrelid) AS days
FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid WHERE inhparent IN ('clips'::regclass, 'predictions'::regclass, 'spans'::regclass) ORDER BY 1, inhrelid;
