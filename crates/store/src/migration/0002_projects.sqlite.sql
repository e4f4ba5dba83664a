-- What left before for a project is looked up whenever a round of it is checked.
CREATE INDEX requests_by_project_and_state ON requests (project, state, id);
