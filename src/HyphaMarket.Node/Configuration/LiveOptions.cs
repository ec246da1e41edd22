namespace HyphaMarket.Node.Configuration;

/// <summary>The options that hold now. Who uses one of <see cref="ConfigurationKeys.Live"/> reads it here at each use, or hears of its change.</summary>
/// <remarks>Safe for use by many threads; one reload at a time.</remarks>
/// <param name="loaded">How the options were read; null where they cannot be read again.</param>
public sealed class LiveOptions(NodeOptions options, LoadedOptions? loaded = null)
{
    private readonly Lock _reloading = new();
    private volatile NodeOptions _current = options;
    private IReadOnlyList<ConfiguredValue> _values = loaded?.Values ?? [];

    public NodeOptions Current => _current;

    /// <summary>Some live option changed; called by whoever reloads, with the options that hold from now on.</summary>
    public event Action<NodeOptions>? Changed;

    /// <summary>Reads all sources again and takes over what may change while the node runs.</summary>
    /// <exception cref="Hosting.FatalException">Something in them is wrong; nothing changed.</exception>
    public ReloadOutcome Reload()
    {
        if (loaded is null) return new ReloadOutcome([], []);
        lock (_reloading)
        {
            var (read, values, _) = NodeOptionsLoader.LoadWithValues(loaded.Sources);
            var before = _values.ToDictionary(value => value.Key, value => value.Value, StringComparer.Ordinal);
            var changed = values.Where(value => before[value.Key] != value.Value).Select(value => value.Key).ToArray();
            // What needs a restart is named at each reload until there was one.
            _values = [.. values.Select(value => ConfigurationKeys.Live.Contains(value.Key) ? value : value with { Value = before[value.Key] })];
            var applied = changed.Where(ConfigurationKeys.Live.Contains).ToArray();
            if (applied.Length > 0)
            {
                var now = _current;
                _current = now with
                {
                    Worker = now.Worker with { FloorPriceMicros = read.Worker.FloorPriceMicros, Advertise = read.Worker.Advertise },
                    Scheduler = now.Scheduler with { BudgetMicros = read.Scheduler.BudgetMicros, Demand = read.Scheduler.Demand },
                    Peers = read.Peers,
                    Limits = read.Limits,
                    Log = now.Log with { Level = read.Log.Level },
                };
                Changed?.Invoke(_current);
            }

            return new ReloadOutcome(applied, [.. changed.Except(applied)]);
        }
    }
}
