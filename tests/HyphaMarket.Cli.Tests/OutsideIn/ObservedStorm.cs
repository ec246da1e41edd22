using HyphaMarket.Brokerage.Brokers;
using HyphaMarket.Brokerage.Epochs;
using HyphaMarket.Brokerage.Journal;
using HyphaMarket.Brokerage.Leases;
using HyphaMarket.Brokerage.Settlement;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Profiles;
using HyphaMarket.Market.Slots;
using HyphaMarket.Node.Configuration;
using HyphaMarket.Node.Networking;
using HyphaMarket.Simulation.Checking;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Cli.Tests.OutsideIn;

/// <summary>Judges what a market of real daemons did by the simulator's own invariants: from what a stranger heard and from what is on the disks.</summary>
internal sealed class ObservedStorm : IObservedMarket
{
    private readonly IReadOnlyList<ObservedDaemon> _daemons;
    private readonly Observations _observations;

    public ObservedStorm(NetworkDefinition network, MarketId market, IReadOnlyList<ObservedDaemon> daemons)
    {
        _daemons = daemons;
        Rules = new MarketDirectory(network, ProfileCatalogue.BuiltIn).RulesOf(market) ?? throw new ArgumentException("The network has no such market.", nameof(market));
        _observations = new Observations(this);
        // All daemons are honest, so everything that is promised of any number of malicious ones is promised here.
        _observations.Check(Invariants.OfNodes(Tolerance.LiveBrokers));
    }

    public MarketRules Rules { get; }

    public ISignatureVerifier Verifier { get; } = new PeerSignatureVerifier();

    public Instant Now { get; private set; }

    public IReadOnlyList<Violation> Violations => _observations.Violations;

    /// <summary>Slots with a certificate that was heard.</summary>
    public int Certified { get; private set; }

    /// <summary>Leases on the disks of buyers.</summary>
    public int Bought { get; private set; }

    public IObservedNode? Find(ParticipantId id) => _daemons.FirstOrDefault(daemon => daemon.Id == id);

    /// <summary>Tells the invariants all that is known, what was signed before what followed from it.</summary>
    /// <param name="heard">Records with when they were heard, in that order.</param>
    public void Judge(IReadOnlyList<(Instant At, Record Record)> heard)
    {
        Now = heard.Count > 0 ? heard[0].At : default;
        foreach (var daemon in _daemons) TellDisk(daemon);
        foreach (var (at, record) in heard)
        {
            Now = at;
            TellRecord(record);
        }

        foreach (var daemon in _daemons) TellLeases(daemon);
        _observations.AtTheEnd();
    }

    private void TellDisk(ObservedDaemon daemon)
    {
        foreach (var entry in daemon.Journal)
        {
            switch (entry.Kind)
            {
                case JournalKind.Vote:
                    _observations.Said(daemon, JournaledVote.Parser.ParseFrom(entry.Payload).Vote);
                    break;
                case JournalKind.Order:
                    _observations.Said(daemon, JournaledOrder.Parser.ParseFrom(entry.Payload).Order);
                    break;
                case JournalKind.EpochAdopted when EpochConfig.TryParse(Record.Parser.ParseFrom(entry.Payload), out var config):
                    _observations.Adopted(daemon, config);
                    break;
                default:
                    break;
            }
        }
    }

    private void TellRecord(Record record)
    {
        switch (record.Kind)
        {
            case RecordKind.Certificate:
                if (!CertifiedSlot.TryParse(record, out var slot)) throw new InvalidDataException("A broker spread a certificate that cannot be read.");
                Certified++;
                var members = _daemons.Where(daemon => daemon.Name.StartsWith("broker", StringComparison.Ordinal)).ToArray();
                _observations.Certified(members[0], slot);
                foreach (var signature in record.Members.Signatures)
                {
                    // Each signature under a certificate is a vote that its member showed.
                    var voter = ConfigOf(slot.Result.Config).Members[(int)signature.Member].Peer;
                    _observations.Said(Find(voter) ?? throw new InvalidDataException("A stranger voted."), new Record { Kind = RecordKind.Vote, Body = slot.Result.Bytes, Signer = Google.Protobuf.ByteString.CopyFrom(voter.Span) });
                }

                break;
            case RecordKind.Accepted or RecordKind.Settled or RecordKind.Released:
                var terms = record.Kind switch
                {
                    RecordKind.Accepted => AcceptedBody.Parser.ParseFrom(record.Body).Terms,
                    RecordKind.Settled => SettledBody.Parser.ParseFrom(record.Body).Terms,
                    _ => ReleasedBody.Parser.ParseFrom(record.Body).Terms,
                };
                _observations.Said(Find(new ParticipantId(terms.Seller.Span)) ?? throw new InvalidDataException("A stranger sold."), record);
                break;
            default:
                break;
        }
    }

    private void TellLeases(ObservedDaemon daemon)
    {
        var core = new SettlementCore(
            new SettlementOptions { BudgetMicros = long.MaxValue / 4 },
            new LeaseOptions(),
            new SettlementKeys(Rules.Network, daemon.Signer, Verifier),
            new CertifiedFillVerifier(Rules.Network, (_, _) => null, Verifier),
            new SpotDelivery(Rules.Schedule),
            MachineCapacity.OfUnits(new Dictionary<MarketId, int> { [Rules.Market] = daemon.Units }),
            BuyerRenews.Never);
        core.Restore(Now, daemon.Journal);
        foreach (var lease in core.Leases.Leases.OrderBy(lease => lease.Start))
        {
            _observations.LeaseOpened(daemon, lease);
            if (lease.Role == LeaseRole.Buyer) Bought++;
        }
    }

    private EpochConfig ConfigOf(RecordId id) => _daemons
        .SelectMany(daemon => daemon.Journal)
        .Where(entry => entry.Kind == JournalKind.EpochAdopted && entry.Key == id.Value)
        .Select(entry => EpochConfig.TryParse(Record.Parser.ParseFrom(entry.Payload), out var config) ? config : null)
        .FirstOrDefault(config => config is not null) ?? throw new InvalidDataException($"Nobody adopted {id}.");
}
