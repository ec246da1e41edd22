namespace HyphaMarket.Node.Tests.Intake;

/// <summary>Tries every interleaving of some small programs over shared memory, on a machine that delays stores and lets later ones overtake earlier ones.</summary>
/// <remarks>
/// Each thread has its own registers and a buffer of stores that others do not see yet. A store leaves the buffer at any later moment: a plain one before or
/// after others, a release only when nothing older is left in it; stores to one address keep their order. A thread reads its own buffer first. That is weaker than any
/// processor that .NET runs on. What loads would do if they were not ordered is written as a program that loads in the wrong order.
/// </remarks>
internal sealed class Interleavings(int[] memory, params Interleavings.Instruction[][] programs)
{
    /// <summary>What a thread does in one step; it gets and may change the thread's registers.</summary>
    internal abstract record Instruction;

    /// <summary>Reads an address into a register.</summary>
    internal sealed record Load(int Register, Func<int[], int> Address) : Instruction;

    /// <summary>Writes a value to an address.</summary>
    internal sealed record Store(Func<int[], int> Address, Func<int[], int> Value, bool Release) : Instruction;

    /// <summary>Changes registers and says where to go on; it touches no memory. Returns a fault by throwing <see cref="Fault"/>.</summary>
    internal sealed record Compute(Func<int[], int> Next) : Instruction;

    internal sealed class Fault(string message) : Exception(message);

    private const int Registers = 8;

    /// <summary>States seen.</summary>
    public int States { get; private set; }

    /// <summary>Ends in which every thread had run to its end.</summary>
    public int Ends { get; private set; }

    /// <summary>The first fault of any interleaving; null where there is none, and an end can be reached from every state.</summary>
    public string? Explore()
    {
        var first = new State([.. memory], [.. programs.Select(_ => new ThreadState(0, new int[Registers], []))]);
        var seen = new Dictionary<string, int> { [first.Key()] = 0 };
        var open = new Queue<State>([first]);
        var before = new List<List<int>> { new() };
        var ends = new List<int>();
        while (open.TryDequeue(out var state))
        {
            var number = seen[state.Key()];
            var isEnd = true;
            for (var thread = 0; thread < programs.Length; thread++)
            {
                List<State> next;
                try
                {
                    next = Next(state, thread);
                }
                catch (Fault fault)
                {
                    return fault.Message;
                }

                foreach (var one in next)
                {
                    isEnd = false;
                    var key = one.Key();
                    if (!seen.TryGetValue(key, out var known))
                    {
                        seen.Add(key, known = seen.Count);
                        before.Add([]);
                        open.Enqueue(one);
                    }

                    before[known].Add(number);
                }
            }

            if (isEnd) ends.Add(number);
        }

        (States, Ends) = (seen.Count, ends.Count);
        var live = new HashSet<int>(ends);
        var back = new Stack<int>(ends);
        while (back.TryPop(out var at)) foreach (var from in before[at]) if (live.Add(from)) back.Push(from);
        return live.Count == seen.Count ? null : "From some state no end can be reached.";
    }

    private List<State> Next(State state, int thread)
    {
        var next = new List<State>();
        var me = state.Threads[thread];
        for (var i = 0; i < me.Buffer.Length; i++)
        {
            var (address, value, release) = me.Buffer[i];
            if ((release && i > 0) || me.Buffer.Take(i).Any(older => older.Address == address)) continue;
            var committed = state.With(thread, me with { Buffer = [.. me.Buffer.Where((_, at) => at != i)] });
            committed.Memory[address] = value;
            next.Add(committed);
        }

        if (me.Counter == programs[thread].Length) return next;
        var registers = (int[])me.Registers.Clone();
        var counter = me.Counter + 1;
        var buffer = me.Buffer;
        switch (programs[thread][me.Counter])
        {
            case Load load:
                var from = load.Address(registers);
                var own = buffer.Where(store => store.Address == from).Select(store => (int?)store.Value).LastOrDefault();
                registers[load.Register] = own ?? state.Memory[from];
                break;
            case Store store:
                buffer = [.. buffer, (store.Address(registers), store.Value(registers), store.Release)];
                break;
            case Compute compute:
                counter = compute.Next(registers);
                break;
            default:
                throw new InvalidOperationException("There is no such instruction.");
        }

        next.Add(state.With(thread, new ThreadState(counter, registers, buffer)));
        return next;
    }

    private sealed record ThreadState(int Counter, int[] Registers, (int Address, int Value, bool Release)[] Buffer);

    private sealed record State(int[] Memory, ThreadState[] Threads)
    {
        public State With(int thread, ThreadState changed)
        {
            var threads = (ThreadState[])Threads.Clone();
            threads[thread] = changed;
            return new State((int[])Memory.Clone(), threads);
        }

        public string Key() => string.Join(',', Memory) + "|" + string.Join('|', Threads.Select(thread => $"{thread.Counter}:{string.Join(',', thread.Registers)}:{string.Join(',', thread.Buffer)}"));
    }
}
