"""The steps from an empty database to the present schema. They travel in the package and run when a store opens."""
