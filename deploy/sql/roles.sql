-- Makes the roles of a ledger and gives them their rights. May be run again at any time, before and after lus db migrate; by a superuser,
-- or by the database's owner with CREATEROLE. A password that is not given stays as it is.
--
--   MIGRATOR_PASSWORD=… WORKER_PASSWORD=… OPERATOR_PASSWORD=… DASHBOARD_PASSWORD=… psql -d lus -f deploy/sql/roles.sql
--
-- Passwords come by variables of the environment, which other users of the machine cannot read; psql 14 or later.
-- INGEST_PASSWORD, FEATURES_PASSWORD and SEQUENCE_PASSWORD are those of the roles of single stages, WEB_PASSWORD and WEB_NAMES_PASSWORD those
-- of lus serve.
--
-- lus_migrator   owns the tables and views: lus db migrate
-- lus_worker     moves the rows of the ledger, and reads what a dashboard does: lus worker all, lus status
-- lus_ingest, lus_features, lus_sequence
--                what a worker of that stage alone does: lus worker ingest, …; only lus_ingest adds videos, only lus_sequence sees predictions
-- lus_operator   what a worker may, and delete: lus replay, cancel, prune, delete
-- lus_dashboard  reads the views that have ids and no names; every transaction is read only
-- lus_analyst    a group: what a dashboard may, and the names of studies and videos, which may be a patient's
-- lus_web, lus_web_names
--                what lus serve shows, and nothing else; for lus_web ids stand in place of names. Every transaction is read only
\set ON_ERROR_STOP on
SET client_min_messages = warning;

-- The server's log is no place for passwords.
SELECT 'SET log_statement = none; SET log_min_duration_statement = -1; SET log_min_error_statement = panic'
WHERE (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) \gexec

SELECT format('CREATE ROLE %I LOGIN', name)
FROM unnest(ARRAY['lus_migrator', 'lus_worker', 'lus_ingest', 'lus_features', 'lus_sequence', 'lus_operator', 'lus_dashboard',
    'lus_web', 'lus_web_names']) AS name WHERE to_regrole(name) IS NULL \gexec
SELECT 'CREATE ROLE lus_analyst' WHERE to_regrole('lus_analyst') IS NULL \gexec

\getenv migrator_password MIGRATOR_PASSWORD
\if :{?migrator_password}
ALTER ROLE lus_migrator PASSWORD :'migrator_password';
\endif
\getenv worker_password WORKER_PASSWORD
\if :{?worker_password}
ALTER ROLE lus_worker PASSWORD :'worker_password';
\endif
\getenv ingest_password INGEST_PASSWORD
\if :{?ingest_password}
ALTER ROLE lus_ingest PASSWORD :'ingest_password';
\endif
\getenv features_password FEATURES_PASSWORD
\if :{?features_password}
ALTER ROLE lus_features PASSWORD :'features_password';
\endif
\getenv sequence_password SEQUENCE_PASSWORD
\if :{?sequence_password}
ALTER ROLE lus_sequence PASSWORD :'sequence_password';
\endif
\getenv operator_password OPERATOR_PASSWORD
\if :{?operator_password}
ALTER ROLE lus_operator PASSWORD :'operator_password';
\endif
\getenv dashboard_password DASHBOARD_PASSWORD
\if :{?dashboard_password}
ALTER ROLE lus_dashboard PASSWORD :'dashboard_password';
\endif

\getenv web_password WEB_PASSWORD
\if :{?web_password}
ALTER ROLE lus_web PASSWORD :'web_password';
\endif
\getenv web_names_password WEB_NAMES_PASSWORD
\if :{?web_names_password}
ALTER ROLE lus_web_names PASSWORD :'web_names_password';
\endif

GRANT lus_dashboard TO lus_worker, lus_analyst, lus_web;
GRANT lus_analyst TO lus_web_names;
GRANT lus_worker, lus_analyst TO lus_operator;
SELECT format('ALTER ROLE %1$I SET default_transaction_read_only = on; ALTER ROLE %1$I SET statement_timeout = %2$L', name, '30s')
FROM unnest(ARRAY['lus_dashboard', 'lus_web', 'lus_web_names']) AS name \gexec
-- For lus_web, the tables with names are views without them.
ALTER ROLE lus_web SET search_path = nameless, public;
-- Queries are short: compiling them takes longer than they do.
SELECT format('ALTER ROLE %I SET jit = off', name)
FROM unnest(ARRAY['lus_worker', 'lus_ingest', 'lus_features', 'lus_sequence', 'lus_operator', 'lus_dashboard', 'lus_web', 'lus_web_names']) AS name \gexec
SELECT format('ALTER ROLE %I SET idle_in_transaction_session_timeout = %L', name, '1min')
FROM unnest(ARRAY['lus_worker', 'lus_ingest', 'lus_features', 'lus_sequence']) AS name \gexec

SELECT format('REVOKE ALL ON DATABASE %1$I FROM PUBLIC; GRANT CONNECT ON DATABASE %1$I TO lus_migrator, lus_worker, lus_ingest, lus_features, '
    'lus_sequence, lus_operator, lus_dashboard, lus_analyst, lus_web, lus_web_names', current_database()) \gexec
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE, CREATE ON SCHEMA public TO lus_migrator;
GRANT USAGE ON SCHEMA public TO lus_worker, lus_ingest, lus_features, lus_sequence, lus_dashboard;
CREATE SCHEMA IF NOT EXISTS nameless;
GRANT USAGE, CREATE ON SCHEMA nameless TO lus_migrator;
GRANT USAGE ON SCHEMA nameless TO lus_web;

-- Who is no superuser has to be a member to hand tables over.
SELECT 'GRANT lus_migrator TO CURRENT_USER' WHERE NOT pg_has_role(current_user, 'lus_migrator', 'MEMBER') \gexec

-- A ledger that somebody else made becomes the migrator's.
SELECT format('ALTER %s %s.%I OWNER TO lus_migrator', CASE relkind WHEN 'v' THEN 'VIEW' ELSE 'TABLE' END, relnamespace::regnamespace, relname)
FROM pg_class
WHERE relnamespace IN ('public'::regnamespace, 'nameless'::regnamespace) AND relkind IN ('r', 'p', 'v') AND relowner <> 'lus_migrator'::regrole
  AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_class.oid AND deptype = 'e') \gexec
SELECT 'ALTER FUNCTION public.grant_rights() OWNER TO lus_migrator' WHERE to_regprocedure('public.grant_rights()') IS NOT NULL \gexec

SELECT to_regprocedure('public.grant_rights()') IS NOT NULL AS has_ledger \gset
\if :has_ledger
SET ROLE lus_migrator;
SELECT public.grant_rights() AS "rights given to";
RESET ROLE;
\else
\echo 'There is no ledger yet: lus db migrate makes it and gives the roles their rights.'
\endif
