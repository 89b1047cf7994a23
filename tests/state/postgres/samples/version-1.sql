-- What version 1 of the tables held, dumped by pg_dump; the schema is replaced where it is restored.
CREATE SCHEMA sample;
CREATE TABLE sample.history (
    stack text NOT NULL,
    serial bigint NOT NULL,
    written timestamp with time zone NOT NULL,
    data bytea NOT NULL
);
CREATE TABLE sample.journal (
    stack text NOT NULL,
    serial bigint NOT NULL,
    "position" bigint NOT NULL,
    data bytea NOT NULL
);
ALTER TABLE sample.journal ALTER COLUMN "position" ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME sample.journal_position_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE sample.lease (
    stack text NOT NULL,
    id text NOT NULL,
    owner text NOT NULL,
    host text NOT NULL,
    command text NOT NULL,
    since timestamp with time zone NOT NULL,
    expires timestamp with time zone NOT NULL
);
CREATE TABLE sample.secret (
    stack text NOT NULL,
    data bytea NOT NULL,
    CONSTRAINT secret_data_check CHECK ((length(data) = 32))
);
CREATE TABLE sample.state (
    stack text NOT NULL,
    serial bigint NOT NULL,
    written timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    data bytea NOT NULL
);
CREATE TABLE sample.version (
    number integer NOT NULL,
    made timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);
INSERT INTO sample.history VALUES ('churn', 1, '2026-11-21 17:26:14.599952+00', '\x7b2273657269616c223a20317d0a');
INSERT INTO sample.journal OVERRIDING SYSTEM VALUE VALUES ('churn', 2, 1, '\x66697273740a');
INSERT INTO sample.journal OVERRIDING SYSTEM VALUE VALUES ('churn', 2, 2, '\x7365636f6e640a');
INSERT INTO sample.secret VALUES ('churn', '\x000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f');
INSERT INTO sample.state VALUES ('churn', 2, '2026-11-21 17:26:14.61443+00', '\x7b2273657269616c223a20327d0a');
INSERT INTO sample.version VALUES (1, '2026-11-21 17:26:14.563565+00');
SELECT pg_catalog.setval('sample.journal_position_seq', 2, true);
ALTER TABLE ONLY sample.history
    ADD CONSTRAINT history_pkey PRIMARY KEY (stack, serial);
ALTER TABLE ONLY sample.journal
    ADD CONSTRAINT journal_pkey PRIMARY KEY (stack, serial, "position");
ALTER TABLE ONLY sample.lease
    ADD CONSTRAINT lease_pkey PRIMARY KEY (stack);
ALTER TABLE ONLY sample.secret
    ADD CONSTRAINT secret_pkey PRIMARY KEY (stack);
ALTER TABLE ONLY sample.state
    ADD CONSTRAINT state_pkey PRIMARY KEY (stack);
ALTER TABLE ONLY sample.version
    ADD CONSTRAINT version_pkey PRIMARY KEY (number);
