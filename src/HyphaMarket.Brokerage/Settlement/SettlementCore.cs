using System.Text;
using Google.Protobuf;
using HyphaMarket.Brokerage.Journal;
using HyphaMarket.Brokerage.Leases;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Offers;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Settlement;

/// <summary>All contracts of one node: what it sells, what it buys, and its leases. One journal, one stream of effects, one clock.</summary>
/// <remarks>
/// Not thread-safe: one driver loop feeds it. The driver performs the effects in order, reports each durable entry by <see cref="OnDurable"/>, and calls
/// <see cref="OnTimer"/> when <see cref="NextTimer"/> has come.
/// </remarks>
public sealed class SettlementCore
{
    private readonly SettlementRuntime _runtime;

    /// <param name="capacity">What the machine can carry; a node that only buys passes a machine without units.</param>
    /// <exception cref="ArgumentOutOfRangeException">Options that make no sense.</exception>
    public SettlementCore(
        SettlementOptions options,
        LeaseOptions leaseOptions,
        SettlementKeys keys,
        IFillVerifier fills,
        IDelivery delivery,
        ICapacity capacity,
        ILeasePolicy policy)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(leaseOptions);
        options.Validate();
        leaseOptions.Validate();
        _runtime = new SettlementRuntime(options, keys, fills, delivery) { LoseJournal = LoseJournal };
        Leases = new LeaseBook(_runtime, leaseOptions, policy);
        Worker = new WorkerSettlement(_runtime, capacity, Leases);
        Scheduler = new SchedulerSettlement(_runtime, Leases);
        Leases.MayExtend = MayExtend;
        Leases.TakeBack = TakeBack;
    }

    /// <summary>The seller's side.</summary>
    public WorkerSettlement Worker { get; }

    /// <summary>The buyer's side.</summary>
    public SchedulerSettlement Scheduler { get; }

    /// <summary>Running and past leases of both sides, and the accounts.</summary>
    public LeaseBook Leases { get; }

    /// <summary>Who let this node down lately.</summary>
    public StrikeBook Strikes => _runtime.Strikes;

    /// <summary>This node lost part of its journal, and promises nothing new before that moment; null where the journal was always whole.</summary>
    public Instant? RecoveringUntil => _runtime.Recovery.Until;

    /// <summary>What this node's matches do to its offers: after a restart the trader counts anew from this.</summary>
    public IEnumerable<MatchStanding> Standings => [.. Worker.Standings, .. Scheduler.Standings];

    /// <summary>The journal failed; nothing more is signed. Make a new core from what the journal holds.</summary>
    public bool IsHalted => _runtime.Outbox.IsHalted;

    /// <summary>When <see cref="OnTimer"/> wants to be called; null for never.</summary>
    public Instant? NextTimer
    {
        get
        {
            Instant? next = null;
            foreach (var timer in (ReadOnlySpan<Instant?>)[Worker.NextTimer, Scheduler.NextTimer, Leases.NextTimer])
            {
                if (timer is { } at && (next is null || at < next)) next = at;
            }

            return IsHalted ? null : next;
        }
    }

    /// <summary>Takes the journal back in, oldest entry first; entries of other cores are skipped. Call it once, before anything else.</summary>
    /// <param name="damage">
    /// A hash of what the disk lost or changed, as the journal's own checks found it; null where it is whole. The same damage begins one recovery, however
    /// often the node is started; other damage begins another.
    /// </param>
    /// <exception cref="InvalidDataException">An entry makes no sense although no damage was found, and the node must not sign.</exception>
    public void Restore(Instant now, IEnumerable<JournalEntry> entries, Hash256? damage = null)
    {
        ArgumentNullException.ThrowIfNull(entries);
        now = _runtime.Clock.Advance(now);
        foreach (var entry in entries)
        {
            switch (entry.Kind)
            {
                case JournalKind.SaleReserved or JournalKind.SaleSettled or JournalKind.SaleReleased:
                    Worker.Restore(now, entry);
                    break;
                case JournalKind.PurchaseActivated or JournalKind.PurchaseSettled or JournalKind.PurchaseClosed:
                    Scheduler.Restore(now, entry);
                    break;
                case JournalKind.LeaseRenewalOffered or JournalKind.LeaseRenewed or JournalKind.LeaseUsage or JournalKind.LeaseEnding:
                    // What is about a lease that a damaged journal has lost waits for the other party to show the lease.
                    if (!Leases.Restore(entry) && damage is null) throw new InvalidDataException($"The journal has {entry.Kind} of a lease that it does not have.");
                    break;
                case JournalKind.JournalLost:
                    BeginRecovery(entry.Key, JournalLostEntry.Parser.ParseFrom(entry.Payload));
                    break;
                default:
                    break;
            }
        }

        if (damage is { } found) LoseJournal(now, found, "The journal was damaged when the node started.");
        Leases.AfterRestore(now);
        Worker.AfterRestore(now);
        Scheduler.AfterRestore(now);
        if (_runtime.Recovery.IsOn(now)) Leases.ExchangeAll(now);
    }

    /// <summary>An offer of this node, bid or ask, as long as it can match; told again after a restart. False when no more can be remembered.</summary>
    public bool OnOwnOffer(Instant now, Offer offer)
    {
        ArgumentNullException.ThrowIfNull(offer);
        return _runtime.Offers.Add(_runtime.Clock.Advance(now), offer);
    }

    /// <summary>An own offer was cancelled. One that merely expired is known to be from its own bytes.</summary>
    /// <param name="cancel">The record that says so.</param>
    public void OnOwnOfferGone(OfferId offer, RecordId cancel) => _runtime.Offers.Cancel(offer, cancel);

    /// <summary>A request came on the settle protocol.</summary>
    /// <param name="from">The authenticated other end of the stream.</param>
    /// <param name="requestId">Comes back in <see cref="SettlementEffect.Respond"/>.</param>
    public void OnSettleRequest(Instant now, ParticipantId from, SettleRequest request, long requestId)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (!request.Network.Span.SequenceEqual(_runtime.Keys.Network.Value.ToArray())) Refuse(requestId, SettleRefusalCodes.WrongNetwork, "This node is in another network.");
        else if (request.StepCase == SettleRequest.StepOneofCase.Claim) Worker.OnClaim(now, from, request.Claim, requestId);
        else if (request.StepCase == SettleRequest.StepOneofCase.Activate) Worker.OnActivate(now, from, request.Activate, requestId, request.Accepted);
        else if (request.StepCase == SettleRequest.StepOneofCase.Decline) Worker.OnDecline(now, from, request.Decline, requestId);
        else Refuse(requestId, SettleRefusalCodes.Malformed, "The request asks nothing.");
    }

    public void OnTimer(Instant now)
    {
        if (IsHalted) return;
        Worker.OnTimer(now);
        Scheduler.OnTimer(now);
        Leases.OnTimer(now);
    }

    /// <summary>The entries up to this number are on disk.</summary>
    public void OnDurable(long number) => _runtime.Outbox.OnDurable(number);

    /// <summary>An entry could not be written. Nothing that rests on it, or on a later one, leaves any more.</summary>
    public void OnAppendFailed() => _runtime.Outbox.Halt();

    /// <summary>The next effect, in order.</summary>
    public bool TryTake([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out SettlementEffect? effect) => _runtime.Outbox.TryTake(out effect);

    /// <summary>
    /// The operator says that the journal is an old copy, or brokers say that an offer's sequence was used before: what was signed after the copy was
    /// made is not in it.
    /// </summary>
    /// <param name="what">One sentence for people; the same sentence begins one recovery.</param>
    public void OnJournalLost(Instant now, string what)
    {
        ArgumentNullException.ThrowIfNull(what);
        LoseJournal(_runtime.Clock.Advance(now), Hash256.Of(Encoding.UTF8.GetBytes(what)), what);
    }

    private void LoseJournal(Instant now, Hash256 cause, string what)
    {
        if (_runtime.Recovery.Knows(cause)) return;
        var entry = new JournalLostEntry { BegunUnixMs = now.UnixMs, UntilUnixMs = now.PlusMs(_runtime.Options.RecoveryMs).UnixMs, What = what };
        BeginRecovery(cause, entry);
        _runtime.Outbox.Append(new JournalEntry(JournalKind.JournalLost, cause, entry.ToByteArray()));

        // Not held back until the entry is durable: what it makes the trader do is to promise less.
        _runtime.Outbox.Emit(new SettlementEffect.Raise(new SettlementEvent.JournalLost(now, RecoveringUntil!.Value, what)));
        Leases.ExchangeAll(now);
    }

    private Lease TakeBack(Instant now, LeaseRole role, LeaseOpenedEntry entry)
    {
        var lease = role == LeaseRole.Seller ? Worker.Apply(entry, now) : Scheduler.Apply(entry, now);
        lease.Entry = _runtime.Outbox.Append(
            new JournalEntry(role == LeaseRole.Seller ? JournalKind.SaleSettled : JournalKind.PurchaseSettled, lease.Match.Match, entry.ToByteArray()),
            new SettlementEffect.Raise(new SettlementEvent.LeaseTakenBack(lease)));
        return lease;
    }

    private void BeginRecovery(Hash256 cause, JournalLostEntry entry)
    {
        _runtime.Recovery.Begin(cause, entry);
        Worker.DropReservations();
        Scheduler.DropClaims();
    }

    private bool MayExtend(Instant now, Lease lease, Instant newEnd)
    {
        if (lease.Role == LeaseRole.Seller) return Worker.CanExtend(now, lease, newEnd);
        var minutes = (newEnd.UnixMs - lease.CommittedEnd.UnixMs + 59_999) / 60_000;
        return SpotMatch.CostOf(lease.Match.Terms.BuyPriceMicros, lease.Match.Quantity, Math.Max(0, minutes)) <= Scheduler.LeftIn(lease.Match.Market);
    }

    private void Refuse(long requestId, string code, string detail) => _runtime.Outbox.Emit(
        new SettlementEffect.Respond(requestId, new SettleResponse { Refused = new SettleRefusal { Code = code, Detail = detail } }));
}
