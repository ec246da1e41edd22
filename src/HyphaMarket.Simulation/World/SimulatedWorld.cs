using HyphaMarket.Market.Slots;

namespace HyphaMarket.Simulation.World;

/// <summary>Time, chance and what is yet to happen. One thread; events of the same instant happen in the order in which they were planned.</summary>
public sealed class SimulatedWorld
{
    private readonly TimingWheel _planned = new();

    /// <param name="seed">Everything random comes from it.</param>
    public SimulatedWorld(int seed, Action<string>? story = null)
    {
        Seed = seed;
        Random = new Random(seed);
        Trace = new Trace(story);
    }

    public int Seed { get; }

    public Random Random { get; }

    public Trace Trace { get; }

    /// <summary>Milliseconds since the network's genesis.</summary>
    public Instant Now { get; private set; } = new(0);

    /// <summary>Events so far: what <see cref="Happens"/> was called for.</summary>
    public long Happened { get; private set; }

    /// <summary>Plans something. Whether it is an event shows when its time has come.</summary>
    public void After(long ms, Action action) => After(ms, new PlannedAction(action));

    /// <inheritdoc cref="After(long, Action)"/>
    internal void After(long ms, Planned what) => _planned.Add(Now.UnixMs + Math.Max(0, ms), what);

    /// <summary>
    /// An event: a message comes to a node that is up, a timer calls a core, an entry becomes durable, a fault begins or ends. A message that is lost, a
    /// timer that was set anew, and a deadline of what was answered long ago are none.
    /// </summary>
    /// <param name="where">The number of the node; -1 for none.</param>
    public void Happens(int where)
    {
        Happened++;
        Trace.Add(Now.UnixMs);
        Trace.Add(where);
    }

    /// <summary>Lets everything happen up to an instant.</summary>
    public void RunUntil(Instant until)
    {
        while (_planned.TryTake(until.UnixMs, out var at, out var what))
        {
            Now = new Instant(at);
            what.Happen();
        }

        Now = until;
    }

    public void Tell(string sentence) => Trace.Tell(Now.UnixMs, sentence);

    /// <summary>True once in so many.</summary>
    public bool Chance(double probability) => probability > 0 && Random.NextDouble() < probability;
}
