using System.Security.Cryptography;
using HyphaMarket.Libp2p.Muxing;

namespace HyphaMarket.Libp2p.Tests.Muxing;

/// <summary>Random use of two sessions against the simplest model there is: a stream is a list of bytes that arrives whole and in order.</summary>
[TestFixture]
public sealed class YamuxModelTests
{
    [Test]
    public void Streams_UnderRandomUseAndFragmentation_CarryExactlyWhatWasWritten([Range(1, 12)] int seed)
    {
        TestContext.Out.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var pair = new YamuxPair(new YamuxOptions { OutputBufferBytes = 1 << random.Next(8, 19), MaxFrameBytes = 1 << random.Next(4, 17) });
        var directions = new List<Direction>();

        for (var step = 0; step < 3_000; step++)
        {
            switch (random.Next(12))
            {
                case 0 when directions.Count < 200:
                    Open(pair, directions, random);
                    break;
                case 1 when directions.Count > 0 && random.Next(4) == 0:
                    Pick(directions, random).Reset();
                    break;
                case 2 or 3 when directions.Count > 0:
                    Pick(directions, random).CloseWrite();
                    break;
                case >= 4 and <= 6 when directions.Count > 0:
                    Pick(directions, random).Write(random.Next(1, random.Next(2) == 0 ? 200 : 400_000), random);
                    break;
                case 7 or 8 when directions.Count > 0:
                    Pick(directions, random).Read(random.Next(0, 100_000), pair.Now, random.Next(3) == 0);
                    break;
                default:
                    pair.Step(() => random.Next(1, random.Next(2) == 0 ? 20 : 100_000));
                    break;
            }
            Absorb(pair, directions);
            Assert.That(pair.Dialler.Violation ?? pair.Listener.Violation, Is.Null, $"step {step}");
            Assert.That(pair.Listener.BufferedBytes, Is.InRange(0, pair.Options.MaxBufferedBytes));
        }
        Finish(pair, directions, random);

        foreach (var direction in directions) direction.Check();
        Assert.That((pair.Dialler.StreamCount, pair.Listener.StreamCount, pair.Dialler.BufferedBytes, pair.Listener.BufferedBytes), Is.EqualTo((0, 0, 0, 0)));
        Assert.That(directions.Count(direction => direction.Delivered > 0), Is.GreaterThan(5), "the run did something");
    }

    private static Direction Pick(List<Direction> directions, Random random) => directions[random.Next(directions.Count)];

    private static void Open(YamuxPair pair, List<Direction> directions, Random random)
    {
        var (opener, other) = random.Next(2) == 0 ? (pair.Dialler, pair.Listener) : (pair.Listener, pair.Dialler);
        if (!opener.TryOpen(out var state)) return;
        var there = new Direction(opener, other) { Source = state };
        var back = new Direction(other, opener) { Sink = state, Twin = there };
        there.Twin = back;
        there.Write(random.Next(1, 1000), random);
        directions.Add(there);
        directions.Add(back);
    }

    private static void Absorb(YamuxPair pair, List<Direction> directions)
    {
        foreach (var (events, session) in new[] { (pair.DiallerEvents, pair.Dialler), (pair.ListenerEvents, pair.Listener) })
        {
            foreach (var happened in events)
            {
                switch (happened.Kind)
                {
                    case YamuxEventKind.StreamOpened:
                        var there = directions.Single(direction => direction.To == session && direction.Source?.Id == happened.Stream!.Id && direction.Sink is null);
                        there.Sink = happened.Stream;
                        there.Twin!.Source = happened.Stream;
                        break;
                    case YamuxEventKind.ReadCompleted:
                        directions.Single(direction => direction.Sink == happened.Stream).OnRead(happened.Count);
                        break;
                    case YamuxEventKind.ReadFailed:
                        directions.Single(direction => direction.Sink == happened.Stream).OnReadFailed();
                        break;
                }
            }
            events.Clear();
        }
    }

    private static void Finish(YamuxPair pair, List<Direction> directions, Random random)
    {
        for (var round = 0; round < 100_000; round++)
        {
            var busy = pair.Step(() => random.Next(1, 200_000));
            Absorb(pair, directions);
            foreach (var direction in directions)
            {
                direction.CloseWrite();
                direction.Read(300_000, pair.Now, cancel: false);
                busy |= !direction.Over;
            }
            if (!busy && directions.All(direction => direction.Over)) return;
        }
        Assert.Fail("The streams did not finish.");
    }

    /// <summary>One direction of a stream: what was written, by running hash, and what was read.</summary>
    private sealed class Direction(YamuxSession from, YamuxSession to)
    {
        private readonly MemoryStream _written = new();
        private readonly MemoryStream _read = new();
        private byte[]? _target;
        private bool _reset;
        private bool _end;

        public YamuxSession To => to;

        public YamuxStreamState? Source { get; set; }

        public YamuxStreamState? Sink { get; set; }

        public Direction? Twin { get; set; }

        public long Delivered => _read.Length;

        public bool Over => _end || _reset || (Sink is null && Source?.IsReset == true);

        public void Write(int length, Random random)
        {
            if (Source is null || Source.WritePending || Source.WriteClosed || Source.IsReset) return;
            var bytes = new byte[length];
            random.NextBytes(bytes);
            if (from.BeginWrite(Source, bytes) != YamuxOutcome.Failed) _written.Write(bytes);
        }

        public void CloseWrite()
        {
            if (Source is null || Source.WritePending) return;
            from.CloseWrite(Source);
        }

        public void Reset()
        {
            if (Source is null) return;
            from.Reset(Source);
            _reset = Twin!._reset = true;
        }

        public void Read(int length, TimeSpan now, bool cancel)
        {
            if (Sink is null || _target is not null || _end) return;
            var target = new byte[Math.Max(1, length)];
            switch (to.BeginRead(Sink, target, now, out var count))
            {
                case YamuxOutcome.Done:
                    _target = target;
                    OnRead(count);
                    break;
                case YamuxOutcome.Pending when cancel:
                    Assert.That(to.CancelRead(Sink), Is.True);
                    break;
                case YamuxOutcome.Pending:
                    _target = target;
                    break;
                case YamuxOutcome.Failed:
                    _reset = true;
                    break;
            }
        }

        public void OnRead(int count)
        {
            _read.Write(_target!, 0, count);
            _target = null;
            if (count == 0) _end = true;
        }

        public void OnReadFailed()
        {
            _target = null;
            _reset = true;
        }

        public void Check()
        {
            var read = _read.ToArray();
            if (!_reset) Assert.That(read, Has.Length.EqualTo((int)_written.Length));
            Assert.That(SHA256.HashData(read), Is.EqualTo(SHA256.HashData(_written.ToArray().AsSpan(0, read.Length))), "what arrived is what was written, in order");
        }
    }
}
