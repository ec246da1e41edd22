using HyphaMarket.Market.Slots;

namespace HyphaMarket.Simulation.World;

/// <summary>Time, chance and what is yet to happen. One thread; events of the same instant happen in the order in which they were planned.</summary>
public sealed class SimulatedWorld
{
    private readonly PriorityQueue<Action, (long At, long Order)> _events = new();
    private long _order;

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

    /// <summary>Events that happened.</summary>
    public long Happened { get; private set; }

    public void After(long ms, Action action) => _events.Enqueue(action, (Now.UnixMs + Math.Max(0, ms), _order++));

    /// <summary>Lets everything happen up to an instant.</summary>
    public void RunUntil(Instant until)
    {
        while (_events.TryPeek(out _, out var next) && next.At <= until.UnixMs)
        {
            var action = _events.Dequeue();
            Now = new Instant(Math.Max(Now.UnixMs, next.At));
            Happened++;
            Trace.Add(next.At);
            action();
        }

        Now = until;
    }

    public void Tell(string sentence) => Trace.Tell(Now.UnixMs, sentence);

    /// <summary>True once in so many.</summary>
    public bool Chance(double probability) => probability > 0 && Random.NextDouble() < probability;
}
