-- Times are microseconds since 1970 UTC. `n` is the order of arrival: what "newer" means, whatever the clock said.

-- Boards postings were ever seen on, whether the person still polls them or not.
create table board(
    n integer primary key,
    source text not null,
    board text not null,
    open_jobs integer not null default 0,
    unique(source, board)
) strict;

-- The person's sources.
create table source(
    board_n integer primary key references board(n),
    place integer not null,
    name text not null,
    paused integer not null default 0,
    validators text not null default '{}',
    breaker text not null default '',
    last_success integer,
    next_try integer
) strict;

create table report(
    n integer primary key,
    board_n integer not null references board(n),
    body text not null
) strict;
create index report_board on report(board_n, n);

-- One row a posting. Its long texts are in `words`, what filters ask for in `facet`.
create table job(
    n integer primary key,
    id blob not null unique,
    board_n integer not null references board(n),
    title text not null,
    company text not null,
    facts text not null,
    content blob not null,
    document_id blob not null,
    version integer not null default 1,
    first_seen integer not null,
    changed_at integer not null,
    closed_at integer,
    revision integer not null,
    closes integer
) strict;
-- The last column is always null here; with it the index alone answers.
create index job_open on job(board_n, id, closed_at) where closed_at is null;
create index job_revision on job(revision);
create index job_document on job(document_id);
create index job_closes on job(closes) where closes is not null and closed_at is null;

-- Narrow, fifty to a page: a filter that leaves nearly everything out reads little.
create table facet(
    n integer primary key references job(n),
    board_n integer not null,
    newest integer not null,
    posted integer,
    workplace integer not null,
    employment integer,
    seniority integer,
    pay real,
    currency text,
    company_fold text not null,
    places_fold text not null
) strict;
create index facet_newest on facet(newest);

-- What is searched; `n` is the job's.
create table words(
    n integer primary key,
    title text not null,
    company text not null,
    places text not null,
    tags text not null,
    body text not null
) strict;

-- Kept in step by `polls`, in the same transaction: SQLite before 3.44 refuses full-text tables in triggers where the
-- schema is not trusted.
create virtual table found using fts5(
    title, company, places, tags, body,
    content='words', content_rowid='n', tokenize="unicode61 remove_diacritics 2 tokenchars '+#'"
);
-- Terms gathered in memory before they are written: a poll of 500 postings in one go instead of several, a third less work.
insert into found(found, rank) values ('hashsize', 16000000);
-- Segments merged eight at a time instead of four: an eighth less work, no slower to search.
insert into found(found, rank) values ('automerge', 8);

-- What a posting said before it was changed.
create table old_version(
    job_n integer not null references job(n),
    version integer not null,
    until integer not null,
    title text not null,
    company text not null,
    facts text not null,
    body text not null,
    primary key(job_n, version)
) strict, without rowid;

-- The log: the truth. Everything else here could be fetched or computed again.
create table event(
    sequence integer primary key,
    key text not null unique,
    kind text not null,
    version integer not null,
    retracts text,
    job_id blob,
    body blob not null,
    hash blob not null
) strict;
create index event_retracts on event(retracts) where retracts is not null;
create index event_job on event(job_id) where job_id is not null;
create trigger event_follows before insert on event
when new.sequence is not (select coalesce(max(sequence), 0) + 1 from event)
    or exists (select 1 from event where key = new.key)
begin
    select raise(abort, 'the log is appended to, one by one');
end;
create trigger event_stays before update on event begin
    select raise(abort, 'the log is never edited');
end;
create trigger event_is_kept before delete on event begin
    select raise(abort, 'the log is never shortened');
end;

-- Canonical documents of postings as they were reacted to.
create table document(
    digest blob primary key,
    body blob not null
) strict, without rowid;
create trigger document_stays before update on document begin
    select raise(abort, 'a document that was reacted to is never edited');
end;
create trigger document_is_kept before delete on document begin
    select raise(abort, 'a document that was reacted to is kept');
end;

create table feature(
    n integer primary key,
    document_id blob not null,
    version text not null,
    indices blob not null,
    vals blob not null,
    unique(document_id, version)
) strict;

create table snapshot(
    n integer primary key,
    kind text not null,
    sequence integer not null,
    body blob not null,
    hash blob not null
) strict;
create index snapshot_kind on snapshot(kind, n);

create table deck(
    n integer primary key,
    id text not null,
    round integer not null,
    blend real not null,
    eligible integer not null,
    total integer not null,
    model_version text not null,
    left_out text not null
) strict;
create table card(
    deck_n integer not null references deck(n) on delete cascade,
    position integer not null,
    job_id blob not null,
    score real not null,
    profile text not null,
    match_mean real not null, match_sd real not null, match_value real not null,
    manifest_mean real not null, manifest_sd real not null, manifest_value real not null,
    primary key(deck_n, position)
) strict, without rowid;
create index card_job on card(job_id, deck_n);

-- The application pipeline: every change stays, the last one of a job counts.
create table stage(
    n integer primary key,
    job_id blob not null,
    stage text not null,
    note text not null,
    at integer not null,
    event_key text
) strict;
create index stage_job on stage(job_id, n);
create index stage_event on stage(event_key) where event_key is not null;

-- Several postings of one opening, and pairs that are none.
create table grouped(
    job_id blob primary key,
    group_n integer not null
) strict, without rowid;
create index grouped_n on grouped(group_n);
create table apart(
    job_id blob not null,
    other_id blob not null,
    primary key(job_id, other_id)
) strict, without rowid;

create table saved_search(
    n integer primary key,
    text text not null unique,
    query text not null,
    kept_at integer not null,
    looked_at integer not null,
    seen integer not null
) strict;

create table setting(
    name text primary key,
    value text not null
) strict, without rowid;

create table metric(
    name text not null,
    n integer not null,
    at integer not null,
    value real not null,
    minimum real,
    maximum real,
    count integer not null,
    primary key(name, n)
) strict, without rowid;
create index metric_at on metric(name, at);
