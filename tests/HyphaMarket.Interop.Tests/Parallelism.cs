// Fixtures share nothing but the installed js packages; half of their time is waiting for the other peer. Those that measure or hear everybody on a link run alone.
[assembly: Parallelizable(ParallelScope.Fixtures)]
[assembly: LevelOfParallelism(3)]
