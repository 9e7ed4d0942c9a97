-- freshet: retry on lock timeout
-- A process that vanishes was most often killed by somebody: what it had in its hands is
-- remembered, and suspected from the second time on. Until then the row asks for nothing.
ALTER TABLE event_suspect ADD COLUMN suspected boolean NOT NULL DEFAULT true;
