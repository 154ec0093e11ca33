"""The log's tables, and the triggers that keep them append-only; plain SQL of PostgreSQL 15 and newer.

Whoever owns the tables can still switch triggers off: then the tree finds what was changed (`manage.py verify`).
All triggers but the one that fills log_pending are ENABLE ALWAYS, so that `session_replication_role` passes none.
"""

from django.db import migrations, models

TABLES = """
CREATE TABLE log_event (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    uid uuid NOT NULL UNIQUE,
    leaf bytea NOT NULL CHECK (octet_length(leaf) BETWEEN 2 AND 65535),
    leaf_hash bytea NOT NULL GENERATED ALWAYS AS (sha256('\\x00'::bytea || leaf)) STORED,
    kind text NOT NULL,
    subject text NOT NULL
);
CREATE INDEX log_event_by_subject ON log_event (subject, id);

CREATE TABLE log_body (
    event_uid uuid PRIMARY KEY,
    key bytea CHECK (octet_length(key) = 32),
    content bytea,
    CHECK ((key IS NULL) = (content IS NULL))
);

CREATE TABLE log_disclosure (
    event_uid uuid NOT NULL,
    path text NOT NULL,
    key bytea CHECK (octet_length(key) = 32),
    content bytea,
    PRIMARY KEY (event_uid, path),
    CHECK ((key IS NULL) = (content IS NULL))
);

CREATE TABLE log_pending (event_id bigint PRIMARY KEY, tx xid8 NOT NULL, since timestamptz NOT NULL DEFAULT now());

CREATE TABLE log_leaf (
    idx bigint PRIMARY KEY CHECK (idx >= 0),
    event_id bigint NOT NULL UNIQUE
);

CREATE TABLE log_tile (
    level smallint NOT NULL CHECK (level BETWEEN 0 AND 7),
    n bigint NOT NULL CHECK (n >= 0),
    hashes bytea NOT NULL CHECK (octet_length(hashes) BETWEEN 32 AND 8192 AND octet_length(hashes) % 32 = 0),
    PRIMARY KEY (level, n)
);
-- hashes do not compress, and a growing tile is read at its end
ALTER TABLE log_tile ALTER hashes SET STORAGE EXTERNAL;

CREATE TABLE log_head (
    id smallint PRIMARY KEY CHECK (id = 1),
    size bigint NOT NULL,
    root bytea NOT NULL CHECK (octet_length(root) = 32)
);
INSERT INTO log_head VALUES (1, 0, sha256(''));

CREATE TABLE log_checkpoint (
    size bigint PRIMARY KEY CHECK (size >= 0),
    root bytea NOT NULL CHECK (octet_length(root) = 32),
    note text NOT NULL,
    at timestamptz NOT NULL
);
"""

TRIGGERS = """
CREATE FUNCTION log_enqueue() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO log_pending (event_id, tx) SELECT id, pg_current_xact_id() FROM fresh;
    RETURN NULL;
END $$;
CREATE TRIGGER log_event_enqueue AFTER INSERT ON log_event
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION log_enqueue();

CREATE FUNCTION log_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;

-- Whether the present transaction wrote the event that erases `erased`: then it is still pending, under its number.
CREATE FUNCTION log_erases_now(erased uuid) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT FROM log_event target
        JOIN log_event erasure ON erasure.kind = 'entry.erased' AND erasure.subject = 'event:' || target.id
        JOIN log_pending pending ON pending.event_id = erasure.id AND pending.tx = pg_current_xact_id()
        WHERE target.uid = erased
    )
$$;

CREATE FUNCTION log_only_erase() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF NEW.key IS NULL AND NEW.content IS NULL AND OLD.content IS NOT NULL
           AND to_jsonb(NEW) - 'key' - 'content' = to_jsonb(OLD) - 'key' - 'content'
           AND log_erases_now(OLD.event_uid) THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION '% is append-only, but for an erasure beside its entry', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE FUNCTION log_tile_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF NEW.level = OLD.level AND NEW.n = OLD.n AND octet_length(NEW.hashes) > octet_length(OLD.hashes)
           AND substr(NEW.hashes, 1, octet_length(OLD.hashes)) = OLD.hashes THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'a tile may only grow at its end' USING ERRCODE = 'restrict_violation';
END $$;

CREATE FUNCTION log_head_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF NEW.id = OLD.id AND NEW.size > OLD.size
           AND NEW.size = (SELECT max(idx) + 1 FROM log_leaf)
           AND NEW.size - OLD.size = (SELECT count(*) FROM log_leaf WHERE idx >= OLD.size) THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'the head may only grow with the leaves' USING ERRCODE = 'restrict_violation';
END $$;
"""

#: Table → the function that weighs a change of one of its rows.
GUARDS = {
    "log_event": "log_refuse",
    "log_body": "log_only_erase",
    "log_disclosure": "log_only_erase",
    "log_leaf": "log_refuse",
    "log_tile": "log_tile_grows",
    "log_head": "log_head_grows",
    "log_checkpoint": "log_refuse",
}
GUARD = """
CREATE TRIGGER {table}_guard BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {function}();
CREATE TRIGGER {table}_stays BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION log_refuse();
ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_guard;
ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_stays;
"""
FORWARD = TABLES + TRIGGERS + "".join(GUARD.format(table=table, function=function) for table, function in GUARDS.items())

def unmanaged(name: str, **fields: models.Field) -> migrations.CreateModel:  # type: ignore[type-arg]
    """A model whose table the SQL above has made."""
    return migrations.CreateModel(name, list(fields.items()), {"managed": False, "db_table": f"log_{name.lower()}"})


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]

    # There is no way back: a log that can be dropped by a migration is none.
    operations = [
        migrations.RunSQL(FORWARD),
        unmanaged(
            "Event",
            id=models.BigAutoField(primary_key=True),
            uid=models.UUIDField(unique=True),
            leaf=models.BinaryField(),
            leaf_hash=models.BinaryField(editable=False),
            kind=models.TextField(),
            subject=models.TextField(),
        ),
        unmanaged(
            "Body",
            event_uid=models.UUIDField(primary_key=True),
            key=models.BinaryField(null=True),
            content=models.BinaryField(null=True),
        ),
        unmanaged(
            "Disclosure",
            pk=models.CompositePrimaryKey("event_uid", "path"),
            event_uid=models.UUIDField(),
            path=models.TextField(),
            key=models.BinaryField(null=True),
            content=models.BinaryField(null=True),
        ),
        unmanaged("Pending", event_id=models.BigIntegerField(primary_key=True)),
        unmanaged(
            "Leaf",
            idx=models.BigIntegerField(primary_key=True),
            event_id=models.BigIntegerField(unique=True),
        ),
        unmanaged(
            "Tile",
            pk=models.CompositePrimaryKey("level", "n"),
            level=models.SmallIntegerField(),
            n=models.BigIntegerField(),
            hashes=models.BinaryField(),
        ),
        unmanaged(
            "Head",
            id=models.SmallIntegerField(primary_key=True),
            size=models.BigIntegerField(),
            root=models.BinaryField(),
        ),
        unmanaged(
            "Checkpoint",
            size=models.BigIntegerField(primary_key=True),
            root=models.BinaryField(),
            note=models.TextField(),
            at=models.DateTimeField(),
        ),
    ]
