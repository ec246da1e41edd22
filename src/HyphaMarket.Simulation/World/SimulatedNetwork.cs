using Google.Protobuf;

namespace HyphaMarket.Simulation.World;

/// <summary>Carries messages between nodes by number: late, lost, twice, in another order, or not across a cut.</summary>
/// <remarks>
/// Nodes share the message object: nobody changes what was sent or received. <see cref="CopiesMessages"/> proves it, since a run with copies has the same
/// trace.
/// </remarks>
public sealed class SimulatedNetwork(SimulatedWorld world)
{
    private readonly HashSet<(int From, int To)> _cut = [];
    private readonly Dictionary<int, List<Planned>> _clogged = [];

    /// <summary>The shortest and longest way of a message; milliseconds.</summary>
    public (int Least, int Most) DelayMs { get; set; } = (2, 40);

    /// <summary>Of so many messages one never comes.</summary>
    public double Loss { get; set; }

    /// <summary>Of so many messages one comes twice, the second up to a minute late.</summary>
    public double Duplicates { get; set; }

    /// <summary>Messages handed in.</summary>
    public long Sent { get; private set; }

    /// <summary>Bytes of them, without what streams and encryption add.</summary>
    public long SentBytes { get; private set; }

    /// <summary>Every message goes through its bytes, as on the wire: several times slower, and otherwise the same.</summary>
    public bool CopiesMessages { get; init; }

    /// <summary>Sends a message. What happens on arrival is the receiver's business; nothing tells the sender of a loss.</summary>
    internal void Send<T>(int from, int to, Letter<T> letter)
        where T : class, IMessage
    {
        SentBytes += letter.Message.CalculateSize();
        if (CopiesMessages) letter.Copy();
        Carry(from, to, letter);
    }

    private void Carry(int from, int to, Planned arrival)
    {
        Sent++;
        if ((_cut.Count > 0 && _cut.Contains((from, to))) || (from != to && world.Chance(Loss))) return;
        if (_clogged.Count > 0 && _clogged.TryGetValue(to, out var held))
        {
            held.Add(arrival);
            return;
        }

        world.After(Delay(), arrival);
        if (from != to && world.Chance(Duplicates)) world.After(world.Random.Next(60_000), arrival);
    }

    /// <summary>Nothing goes from one group to the other; the other way is cut by a second call.</summary>
    public void Cut(IEnumerable<int> from, IReadOnlyCollection<int> to)
    {
        foreach (var one in from)
        {
            foreach (var other in to) _cut.Add((one, other));
        }
    }

    /// <summary>Nothing goes between two groups, either way.</summary>
    public void Partition(IReadOnlyCollection<int> one, IReadOnlyCollection<int> other)
    {
        Cut(one, other);
        Cut(other, one);
    }

    /// <summary>All ways are open again.</summary>
    public void Mend() => _cut.Clear();

    /// <summary>What is sent to the node is held until <see cref="Unclog"/>.</summary>
    public void Clog(int node) => _clogged.TryAdd(node, []);

    /// <summary>What was held comes, in any order.</summary>
    public void Unclog(int node)
    {
        if (!_clogged.Remove(node, out var held)) return;
        var order = held.ToArray();
        world.Random.Shuffle(order);
        foreach (var arrival in order) world.After(Delay(), arrival);
    }

    public void UnclogAll()
    {
        foreach (var node in _clogged.Keys.ToArray()) Unclog(node);
    }

    private int Delay() => world.Random.Next(DelayMs.Least, DelayMs.Most + 1);
}
