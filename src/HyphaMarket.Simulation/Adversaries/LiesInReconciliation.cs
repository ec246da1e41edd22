using Google.Protobuf;
using HyphaMarket.Market.Ids;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Simulation.Adversaries;

/// <summary>False fingerprints, ids that are never delivered, and ranges without end.</summary>
public sealed class LiesInReconciliation : Lie
{
    /// <summary>Ids made up for one range.</summary>
    private const int MadeUp = 24;

    private long _made;

    public override string Name => "lies in reconciliation";

    internal override IMessage? Say(int to, IMessage message) => message switch
    {
        BrokerResponse { Reconcile: { } told } response when Market.World.Chance(0.7) => With(response, other => Falsify(other.Reconcile.Ranges, told.Ranges)),
        BrokerRequest { Reconcile: { } asked } request when Market.World.Chance(0.7) => With(request, other => Falsify(other.Reconcile.Ranges, asked.Ranges)),
        BrokerResponse { Records: not null } response when Market.World.Chance(0.5) => With(response, other => other.Records.Records.Clear()),
        _ => message,
    };

    private void Falsify(Google.Protobuf.Collections.RepeatedField<IdRange> told, IReadOnlyCollection<IdRange> honest)
    {
        switch (Market.World.Random.Next(3))
        {
            case 0:
                foreach (var range in told.Where(range => range.ContentCase == IdRange.ContentOneofCase.Fingerprint)) range.Fingerprint = Hash();
                break;
            case 1:
                told.Clear();
                var made = new IdRange { From = ByteString.CopyFrom(new byte[Hash256.Size]), Count = MadeUp, Ids = new IdList() };
                made.Ids.Ids.AddRange(Enumerable.Range(0, MadeUp).Select(_ => Hash()).OrderBy(id => new Hash256(id.Span)));
                told.Add(made);
                break;
            default:
                // Always something left to compare, or more than may be.
                told.Clear();
                var parts = honest.Count > 0 && Market.World.Chance(0.1) ? 2_000 : 16;
                told.AddRange(Enumerable.Range(0, parts).Select(i => new IdRange { From = Bound(i, parts), To = i == parts - 1 ? ByteString.Empty : Bound(i + 1, parts), Count = 1_000, Fingerprint = Hash() }));
                break;
        }
    }

    private ByteString Hash() => ByteString.CopyFrom(Hash256.Of(BitConverter.GetBytes(++_made), BitConverter.GetBytes(Liar.Number)).ToArray());

    private static ByteString Bound(int part, int parts)
    {
        var bytes = new byte[Hash256.Size];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(bytes, (uint)((long)uint.MaxValue * part / parts));
        return ByteString.CopyFrom(bytes);
    }

    private static T With<T>(T message, Action<T> change)
        where T : IMessage<T>
    {
        var other = message.Clone();
        change(other);
        return other;
    }
}
