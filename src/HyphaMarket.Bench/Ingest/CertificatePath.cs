using System.Diagnostics;
using Google.Protobuf;
using HyphaMarket.Brokerage.Admission;
using HyphaMarket.Brokerage.Brokers;
using HyphaMarket.Brokerage.Certificates;
using HyphaMarket.Brokerage.Epochs;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Matching;
using HyphaMarket.Market.Slots;
using HyphaMarket.Node.Intake;
using HyphaMarket.Node.Networking;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Bench.Ingest;

/// <summary>What a gossiped certificate takes of a market's loop: with its votes checked by verifiers before, and with all checked in the loop.</summary>
internal sealed class CertificatePath : IDisposable
{
    /// <summary>A set of middle size; 9 of its votes certify.</summary>
    private const int Members = 13;

    private readonly KeyPair[] _keys = [.. Enumerable.Range(0, Members).Select(_ => KeyPair.Generate())];
    private readonly MarketRules _rules;
    private readonly EpochConfig _config;
    private readonly Instant _now = new(1_000_500);
    private readonly byte[][] _certificates;
    private readonly int _repeats;

    /// <param name="repeats">Fresh brokers of one sample; each takes one certificate of each slot that it may.</param>
    public CertificatePath(int repeats)
    {
        _repeats = repeats;
        _rules = new MarketRules
        {
            Network = new NetworkId(Hash256.Of("benchmark"u8)),
            Market = new MarketId(Hash256.Of("benchmark market"u8)),
            Schedule = SlotSchedule.WithDefaultBounds(0, 2_000),
            Clearing = ClearingRules.Find("pairwise-mean")!,
            TtlCapSlots = 300,
        };
        _config = EpochConfig.First(_rules.Market, _keys.Select(keys => new EpochMember(new KeySigner(keys).Id, [])), new Slot(0));
        var current = _rules.Schedule.SlotAt(_now);
        _certificates = [.. Enumerable.Range(-2, 5).Select(shift => current.Plus(shift)).Where(slot => slot.IsMatch).Select(slot => Certificate(slot).ToByteArray())];
    }

    /// <summary>Votes in a certificate.</summary>
    public int Votes => _config.Quorum.Votes;

    /// <summary>Microseconds of the loop for a certificate.</summary>
    /// <param name="isCheckedBefore">By a verifier, whose time does not count here.</param>
    public double Microseconds(bool isCheckedBefore)
    {
        var (signatures, elapsed) = (new RecordSignatures(_rules), TimeSpan.Zero);
        for (var repeat = 0; repeat < _repeats; repeat++)
        {
            var loops = new CheckedSignatures(new PeerSignatureVerifier());
            var broker = new MarketBroker(_rules, _config, new BrokerOptions(), new KeySigner(_keys[0]), loops);
            broker.OnTimer(_now);
            foreach (var bytes in _certificates)
            {
                var record = Record.Parser.ParseFrom(bytes);
                var item = isCheckedBefore ? IntakeItem.ForCore(record, Votes, verifier => signatures.Check(record, _config, broker.CurrentSlot, verifier)) : IntakeItem.ForCore(record);
                if (isCheckedBefore) item.Verify(new RecordAdmission(_rules, new PeerSignatureVerifier()));
                var verdict = GossipVerdict.Ignore;
                var start = Stopwatch.GetTimestamp();
                loops.During([item], () => verdict = broker.OnGossip(_now, _config.Members[0].Peer, record));
                elapsed += Stopwatch.GetElapsedTime(start);
                if (verdict != GossipVerdict.Accept) throw new InvalidOperationException("A right certificate was refused.");
            }
        }

        return elapsed.TotalMicroseconds / (_repeats * _certificates.Length);
    }

    public void Dispose()
    {
        foreach (var keys in _keys) keys.Dispose();
    }

    private Record Certificate(Slot slot)
    {
        var body = new ResultBody
        {
            Market = ByteString.CopyFrom(_rules.Market.ToArray()),
            Config = _config.Id.Value.ToByteString(),
            Slot = slot.Value,
            InputRoot = Hash256.Of("input"u8).ToByteString(),
            ResultRoot = FillBodies.RootOf([]).ToByteString(),
        };
        if (!SlotResult.TryParse(body.ToByteString(), out var result)) throw new InvalidOperationException("A result of its parts is well formed.");
        // Not the first member's, which is the broker that is measured: its own vote by another's hand says that its journal is an old copy.
        var votes = _keys.Skip(1).Select(keys => new KeySigner(keys)).Take(Votes).Select(signer => new MemberSignature
        {
            Member = (uint)_config.IndexOf(signer.Id),
            Signature = ByteString.CopyFrom(signer.Sign(SignedRecords.SigningBytes(_rules.Network, RecordKind.Vote, result.Bytes.Span))),
        });
        return CertifiedSlot.Build(result, [], votes).Record;
    }
}
