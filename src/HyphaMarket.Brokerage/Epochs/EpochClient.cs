using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Epochs;

/// <summary>What an owner believes of a market's broker sets: a first one by its own lookup, then whatever the links lead to.</summary>
/// <param name="acceptsInterregnum">Whether it trades under an interregnum, where the set that it believed is gone.</param>
public sealed class EpochClient(NetworkId network, MarketId market, ISignatureVerifier verifier, bool acceptsInterregnum)
{
    private readonly EpochChain _chain = new(network, market, verifier);

    /// <summary>The set of now; null while none is believed.</summary>
    public EpochConfig? Current => _chain.Current;

    /// <summary>"Where two sets pass it says so and places no standing orders."</summary>
    public bool HasRivals { get; private set; }

    /// <summary>A believed set by its id, of now or of before.</summary>
    public EpochConfig? Find(RecordId id) => _chain.Find(id);

    /// <summary>A believed set, if a certificate of it for this slot can be right.</summary>
    public EpochConfig? Find(RecordId id, Slot slot) =>
        _chain.Find(id) is { } config && config.MayHaveCertified(slot, _chain.Path(config.Epoch + 1).FirstOrDefault(next => next.Previous == id)) ? config : null;

    /// <summary>A set that this node knows first-hand: it is a member, or its own willing half believes it.</summary>
    /// <returns>True where it is another set than before.</returns>
    public bool Know(EpochConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        if (Current?.Id == config.Id || (!acceptsInterregnum && config.Kind == EpochKind.Interregnum)) return false;
        // A change of an interregnum that this node did not accept leads from nothing that it believes.
        if (Current is not null && !_chain.TryLink(config) && _chain.Find(config.Id) is null) return false;
        _chain.Believe(config);
        return true;
    }

    /// <summary>Anybody told sets: what is linked to the set of now by changes is followed.</summary>
    /// <returns>True where there is a later set now.</returns>
    public bool OnTold(IEnumerable<Record> told)
    {
        if (Current is not { } before) return false;
        foreach (var config in Parse(told).Where(config => config.Kind == EpochKind.Change)) _chain.TryLink(config);
        while (_chain.ChangeAfter(Current) is { } next) _chain.Believe(next);
        return Current != before;
    }

    /// <summary>The answers of a lookup's nearest nodes.</summary>
    /// <returns>True where another set is believed now.</returns>
    public bool OnLookup(IReadOnlyCollection<ParticipantId> nearest, IEnumerable<(ParticipantId From, IEnumerable<Record> Told)> answers)
    {
        ArgumentNullException.ThrowIfNull(answers);
        var before = Current;
        var sets = answers.Select(answer => (answer.From, Sets: Parse(answer.Told))).ToArray();
        OnTold(sets.SelectMany(answer => answer.Sets).OrderBy(config => config.Epoch).Select(config => config.Record));
        var choice = EpochAcceptance.Choose(network, market, nearest, sets, verifier, acceptsInterregnum);
        Refused = choice.Refused;
        HasRivals = choice.Passing > 1;
        if (choice.Accepted is not { } accepted || accepted.Id == Current?.Id || (Current is not null && _chain.Path(accepted.Epoch).Any(config => config.Id == accepted.Id) && !FollowsInterregnum(accepted))) return Current != before;

        // A set that still answers is not left for one that it does not lead to.
        var alive = Current is { } current && current.Members.Count(member => sets.Any(answer => answer.From == member.Peer && answer.Sets.Count > 0 && answer.Sets[^1].Id == current.Id)) >= current.Quorum.Votes;
        HasRivals |= alive;
        if (alive) return Current != before;
        foreach (var config in choice.Path) _chain.Believe(config);
        return Current != before;
    }

    /// <summary>Why sets of the last lookup were not believed.</summary>
    public IReadOnlyList<string> Refused { get; private set; } = [];

    /// <summary>The set of now came to be by an interregnum after this one.</summary>
    private bool FollowsInterregnum(EpochConfig old) => _chain.Path(old.Epoch + 1).Any(config => config.Kind == EpochKind.Interregnum);

    private IReadOnlyList<EpochConfig> Parse(IEnumerable<Record> told) =>
        [.. told.Take(EpochConfig.MostRemembered).Select(record => EpochConfig.TryParse(record, out var config) && config.Market == market ? config : null).OfType<EpochConfig>()];
}
