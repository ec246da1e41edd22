// A mutant has a thread of its own; more of them than processors would only wait for each other.
[assembly: LevelOfParallelism(2)]
