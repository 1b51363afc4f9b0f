import { mostValues, type DayCount, type SummaryStore, type ValueCount } from '../summary'
import type { Query } from './database'

const fields = ['Source', 'Medium', 'Campaign', 'Content']
  .map((name) => `left(coalesce(action #>> '{body,utmParameters,utm${name}}', ''), 200)`)
  .join(', ')

/**
 * A commit adds rows and changes none, so no commit waits for another one. Erased and expired events are subtracted,
 * and their rows are summed up, so nothing of them remains. JSON may contain escapes that a text of PostgreSQL cannot:
 * an event is counted without them, and stored whatever it contains.
 * https://www.postgresql.org/docs/15/datatype-json.html
 */
export const summaryTables = `
  CREATE TABLE wasabi_conversion (
    day bigint NOT NULL, type text NOT NULL, source text NOT NULL, medium text NOT NULL, campaign text NOT NULL,
    content text NOT NULL, count bigint NOT NULL
  );
  CREATE INDEX wasabi_conversion_day ON wasabi_conversion (day);
  CREATE FUNCTION wasabi_fields(action jsonb) RETURNS text[] LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN action ->> 'eventAction' = 'CREATED'
      THEN ARRAY[action #>> '{body,interaction,type}', ${fields}] END
  $$;
  CREATE FUNCTION wasabi_conversion_of(body text) RETURNS text[] LANGUAGE plpgsql IMMUTABLE AS $$
  BEGIN
    RETURN wasabi_fields(body::jsonb);
  EXCEPTION WHEN OTHERS THEN
    BEGIN
      RETURN wasabi_fields(
        regexp_replace(body, '(?<!\\\\)((?:\\\\\\\\)*)\\\\u(?:0000|[dD][89a-fA-F][0-9a-fA-F]{2})', '\\1?', 'g')::jsonb);
    EXCEPTION WHEN OTHERS THEN
      RETURN NULL;
    END;
  END
  $$;
  CREATE FUNCTION wasabi_count() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    INSERT INTO wasabi_conversion
    SELECT day, f[1], f[2], f[3], f[4], f[5], count(*) * CASE TG_OP WHEN 'INSERT' THEN 1 ELSE -1 END
    FROM (SELECT received_at / 86400000 AS day, wasabi_conversion_of(text) AS f FROM changed OFFSET 0) AS c
    WHERE f IS NOT NULL GROUP BY 1, 2, 3, 4, 5, 6;
    IF TG_OP = 'DELETE' THEN
      WITH gone AS (
        DELETE FROM wasabi_conversion AS w
        USING (SELECT DISTINCT received_at / 86400000 AS day, wasabi_conversion_of(text) AS f FROM changed) AS c
        WHERE w.day = c.day AND ARRAY[type, source, medium, campaign, content] = f
        RETURNING w.*)
      INSERT INTO wasabi_conversion SELECT day, type, source, medium, campaign, content, sum(count) FROM gone
      GROUP BY 1, 2, 3, 4, 5, 6 HAVING sum(count) <> 0;
    END IF;
    RETURN NULL;
  END
  $$;
  CREATE TRIGGER wasabi_counted AFTER INSERT ON wasabi_event
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION wasabi_count();
  CREATE TRIGGER wasabi_uncounted AFTER DELETE ON wasabi_event
    REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION wasabi_count();
  INSERT INTO wasabi_conversion SELECT day, f[1], f[2], f[3], f[4], f[5], count(*)
  FROM (SELECT received_at / 86400000 AS day, wasabi_conversion_of(text) AS f FROM wasabi_event OFFSET 0) AS c
  WHERE f IS NOT NULL GROUP BY 1, 2, 3, 4, 5, 6;
`

/**
 * Uses the index to look up the counts for the days of a deletion. A join with those days read all counts, which may be
 * as many as the events: 13 s for each 5000 events that expired out of 20 million.
 */
export const summaryByDay = `
  CREATE FUNCTION wasabi_sum_up(days bigint[]) RETURNS void LANGUAGE sql AS $$
    WITH gone AS (DELETE FROM wasabi_conversion WHERE day = ANY (days) RETURNING *)
    INSERT INTO wasabi_conversion SELECT day, type, source, medium, campaign, content, sum(count) FROM gone
    GROUP BY 1, 2, 3, 4, 5, 6 HAVING sum(count) <> 0
  $$;
  CREATE OR REPLACE FUNCTION wasabi_count() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    INSERT INTO wasabi_conversion
    SELECT day, f[1], f[2], f[3], f[4], f[5], count(*) * CASE TG_OP WHEN 'INSERT' THEN 1 ELSE -1 END
    FROM (SELECT received_at / 86400000 AS day, wasabi_conversion_of(text) AS f FROM changed OFFSET 0) AS c
    WHERE f IS NOT NULL GROUP BY 1, 2, 3, 4, 5, 6;
    IF TG_OP = 'DELETE' THEN
      PERFORM wasabi_sum_up(ARRAY(SELECT DISTINCT received_at / 86400000 FROM changed));
    END IF;
    RETURN NULL;
  END
  $$;
  SELECT wasabi_sum_up(ARRAY(SELECT DISTINCT day FROM wasabi_conversion));
`

/**
 * Parses each text once. As an argument it was parsed anew for each field, since the server inserts an SQL function's
 * argument in each place that names it. That took three quarters of the time to count 5000 events.
 * https://wiki.postgresql.org/wiki/Inlining_of_SQL_functions
 */
export const summaryOnce = `
  CREATE OR REPLACE FUNCTION wasabi_conversion_of(body text) RETURNS text[] LANGUAGE plpgsql IMMUTABLE AS $$
  DECLARE
    action jsonb;
  BEGIN
    action := body::jsonb;
    RETURN wasabi_fields(action);
  EXCEPTION WHEN OTHERS THEN
    BEGIN
      action :=
        regexp_replace(body, '(?<!\\\\)((?:\\\\\\\\)*)\\\\u(?:0000|[dD][89a-fA-F][0-9a-fA-F]{2})', '\\1?', 'g')::jsonb;
      RETURN wasabi_fields(action);
    EXCEPTION WHEN OTHERS THEN
      RETURN NULL;
    END;
  END
  $$;
`

/** Counts within the time limit that the driver has for a statement. */
export const createPostgresSummary =
  (query: Query): SummaryStore =>
  async ({ by, from, to }) => {
    const values = await query<ValueCount>({
      text: `SELECT ${by} AS value, type, sum(count)::float8 AS count
        FROM wasabi_conversion WHERE day BETWEEN $1 AND $2
        GROUP BY 1, 2 HAVING sum(count) > 0 ORDER BY 3 DESC, 1 LIMIT ${String(mostValues)}`,
      values: [from, to],
    })
    const days = await query<DayCount>({
      text: `SELECT day::float8 AS day, type, sum(count)::float8 AS count
        FROM wasabi_conversion WHERE day BETWEEN $1 AND $2
        GROUP BY 1, 2 HAVING sum(count) > 0 ORDER BY 1`,
      values: [from, to],
    })
    return { values, days }
  }
