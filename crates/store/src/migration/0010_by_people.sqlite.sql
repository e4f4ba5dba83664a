-- A round that the desk itself sent back or let out at once was decided by no one: what it took is no turnaround. `month`
-- and `took` are there once a person has decided on a round.
UPDATE rounds SET month = NULL, took = NULL
WHERE month IS NOT NULL AND EXISTS (
    SELECT 1 FROM ledger
    WHERE ledger.request_id = rounds.request_id AND ledger.event IN ('returned', 'approved')
      AND ledger.entry ->> '$.fact.round' = rounds.round AND ledger.entry ->> '$.fact.automatic'
);
