using HyphaMarket.Libp2p.Multiformats;

namespace HyphaMarket.Libp2p.Tests.Fuzzing;

/// <summary>Changes good inputs so that they stay close to good: bytes, lengths, and whole tagged fields are changed, moved, doubled, nested and mixed.</summary>
internal sealed class Mutator(Random random, IReadOnlyList<byte[]> corpus)
{
    /// <summary>The longest input made: doubling must not run away, and no parser here takes more in one piece.</summary>
    private const int MaxLength = 64 * 1024;

    private static readonly byte[] s_edges = [0x00, 0x01, 0x7F, 0x80, 0xC0, 0xFE, 0xFF, (byte)'\n', (byte)'/', (byte)' '];
    private static readonly ulong[] s_lengths = [0, 1, 127, 128, 255, 256, 16_383, 16_384, 65_535, 1 << 20, uint.MaxValue, long.MaxValue];

    public byte[] Next()
    {
        var bytes = corpus[random.Next(corpus.Count)].ToList();
        // One in sixteen stays good, so that what is accepted is parsed in each run; one in sixteen is noise.
        var kind = random.Next(16);
        if (kind == 0) return [.. bytes];
        if (kind == 1) return Noise(random.Next(0, 300));
        for (var changes = random.Next(1, 5); changes > 0; changes--) Change(bytes);
        if (bytes.Count > MaxLength) bytes.RemoveRange(MaxLength, bytes.Count - MaxLength);
        return [.. bytes];
    }

    private void Change(List<byte> bytes)
    {
        var at = random.Next(bytes.Count + 1);
        var length = Math.Min(bytes.Count - at, random.Next(1, random.Next(2) == 0 ? 4 : 64));
        switch (random.Next(12))
        {
            case 0 when length > 0: bytes[at] ^= (byte)(1 << random.Next(8)); break;
            case 1 when length > 0: bytes[at] = s_edges[random.Next(s_edges.Length)]; break;
            case 2 when length > 0: bytes[at] = (byte)random.Next(256); break;
            case 3: bytes.Insert(at, s_edges[random.Next(s_edges.Length)]); break;
            case 4: bytes.RemoveRange(at, length); break;
            case 5: bytes.RemoveRange(at, bytes.Count - at); break;
            case 6: bytes.InsertRange(random.Next(bytes.Count + 1), bytes.GetRange(at, length)); break;
            case 7:
                var other = corpus[random.Next(corpus.Count)];
                var from = random.Next(other.Length + 1);
                bytes.InsertRange(at, other.AsSpan(from, random.Next(other.Length - from + 1)));
                break;
            case 8 when length > 0:
                // What may be a length says something else.
                var varint = new byte[Varint.MaxLength];
                var written = Varint.Write(varint, s_lengths[random.Next(s_lengths.Length)]);
                bytes.RemoveAt(at);
                bytes.InsertRange(at, varint.AsSpan(0, written));
                break;
            case 9: ChangeField(bytes); break;
            case 10:
                // The whole within itself, as a field or behind a length.
                var nested = new byte[Varint.MaxLength];
                var prefix = Varint.Write(nested, (ulong)bytes.Count);
                bytes.InsertRange(0, nested.AsSpan(0, prefix));
                if (random.Next(2) == 0) bytes.Insert(0, (byte)((random.Next(1, 10) << 3) | 2));
                break;
            default: bytes.AddRange(Noise(random.Next(1, 20))); break;
        }
    }

    /// <summary>Takes the bytes for tagged fields, as protobuf writes them, and drops, doubles, moves or retags one.</summary>
    private void ChangeField(List<byte> bytes)
    {
        var fields = Fields(bytes.ToArray());
        if (fields.Count == 0) return;
        var (start, length) = fields[random.Next(fields.Count)];
        var field = bytes.GetRange(start, length);
        switch (random.Next(4))
        {
            case 0: bytes.RemoveRange(start, length); break;
            case 1: bytes.InsertRange(start, field); break;
            case 2:
                bytes.RemoveRange(start, length);
                bytes.InsertRange(random.Next(bytes.Count + 1), field);
                break;
            default: bytes[start] = (byte)((random.Next(1, 16) << 3) | random.Next(8)); break;
        }
    }

    private static List<(int Start, int Length)> Fields(byte[] bytes)
    {
        var fields = new List<(int, int)>();
        ReadOnlySpan<byte> rest = bytes;
        while (!rest.IsEmpty)
        {
            var start = bytes.Length - rest.Length;
            if (!Varint.TryTake(ref rest, out var tag)) break;
            var ok = (tag & 7) switch
            {
                0 => Varint.TryTake(ref rest, out _),
                2 => Varint.TryTake(ref rest, out var length) && length <= (ulong)rest.Length && Skip(ref rest, (int)length),
                _ => false,
            };
            if (!ok) break;
            fields.Add((start, bytes.Length - rest.Length - start));
        }
        return fields;
    }

    private static bool Skip(ref ReadOnlySpan<byte> rest, int length)
    {
        rest = rest[length..];
        return true;
    }

    private byte[] Noise(int length)
    {
        var noise = new byte[length];
        random.NextBytes(noise);
        return noise;
    }
}
