using System.Net;
using HyphaMarket.Libp2p.Gossipsub.Routing;
using HyphaMarket.Libp2p.Identity;

namespace HyphaMarket.Libp2p.Gossipsub.Scoring;

/// <summary>The score of gossipsub v1.1, without I/O: what the router reports goes in, a number for each peer comes out.</summary>
/// <remarks>
/// Source: gossipsub-v1.1.md, "Peer Scoring". Single-threaded and deterministic, like the router. Memory: one record for each connected peer and for
/// <see cref="PeerScoreParameters.MaxRetained"/> others, each with the topics of ours that the peer did something in.
/// </remarks>
internal sealed class PeerScore : IPeerScore
{
    private readonly PeerScoreParameters _parameters;
    private readonly Func<PeerId, IReadOnlyList<IPAddress>>? _addressesOf;
    private readonly ColocationTable _colocation;
    private readonly Dictionary<PeerId, ScoreRecord> _records = [];

    /// <summary>The disconnected peers, the one longest gone first.</summary>
    private readonly LinkedList<ScoreRecord> _retained = new();

    private TimeSpan _nextDecay = TimeSpan.MinValue;
    private TimeSpan _nextRefresh = TimeSpan.MinValue;

    /// <param name="addressesOf">The addresses that a connected peer's connections come from, without those of relays; null knows none, and P6 is 0.</param>
    /// <exception cref="ArgumentException">A parameter has the wrong sign or range.</exception>
    public PeerScore(PeerScoreParameters parameters, Func<PeerId, IReadOnlyList<IPAddress>>? addressesOf = null)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        parameters.Validate();
        _parameters = parameters;
        _addressesOf = addressesOf;
        _colocation = new ColocationTable(parameters.ColocationThreshold, parameters.ColocationAllowed);
    }

    public ScoreThresholds Thresholds => _parameters.Thresholds;

    /// <summary>Peers that anything is known of, the remembered ones included.</summary>
    public int RecordCount => _records.Count;

    /// <summary>Disconnected peers that are remembered.</summary>
    public int RetainedCount => _retained.Count;

    public double Score(PeerId peer)
    {
        if (!_records.TryGetValue(peer, out var record)) return 0;
        return record.Score ??= Compute(record);
    }

    public void OnPeer(TimeSpan now, PeerId peer)
    {
        if (_records.TryGetValue(peer, out var record))
        {
            if (!record.Connected) _retained.Remove(record);
            record.Connected = true;
            record.Score = null;
        }
        else
        {
            _records[peer] = record = new ScoreRecord(peer);
        }
        ReadAddresses(record);
    }

    /// <summary>v1.1: "the score is retained for some period of time when a peer disconnects, so that malicious peers cannot easily reset their score".</summary>
    public void OnPeerGone(TimeSpan now, PeerId peer)
    {
        if (!_records.TryGetValue(peer, out var record) || !record.Connected) return;
        _colocation.Set(record, []);
        record.Connected = false;
        record.Score = null;
        foreach (var topic in record.Topics.Values) topic.OnPrune();
        if (record.IsBlank || _parameters.RetainScore == TimeSpan.Zero)
        {
            _records.Remove(peer);
            return;
        }
        if (_retained.Count >= _parameters.MaxRetained) ForgetOldest();
        record.RetainedUntil = now + _parameters.RetainScore;
        _retained.AddLast(record);
    }

    public void OnGraft(TimeSpan now, PeerId peer, string topic) => TopicOf(peer, topic)?.OnGraft(now);

    public void OnPrune(TimeSpan now, PeerId peer, string topic) => TopicOf(peer, topic)?.OnPrune();

    public void OnFirstDelivery(TimeSpan now, PeerId peer, string topic) => TopicOf(peer, topic)?.OnFirstDelivery();

    public void OnDuplicate(TimeSpan now, PeerId peer, string topic, TimeSpan sinceAccepted) => TopicOf(peer, topic)?.OnDuplicate(sinceAccepted);

    public void OnInvalid(TimeSpan now, PeerId peer, string topic) => TopicOf(peer, topic)?.OnInvalid();

    public void OnMisbehaviour(TimeSpan now, PeerId peer, Misbehaviour misbehaviour)
    {
        if (!_records.TryGetValue(peer, out var record)) return;
        record.Behaviour++;
        record.Score = null;
    }

    public void OnHeartbeat(TimeSpan now)
    {
        while (_retained.First is { } oldest && oldest.Value.RetainedUntil <= now) ForgetOldest();
        if (now >= _nextRefresh)
        {
            _nextRefresh = now + _parameters.AddressRefreshInterval;
            foreach (var record in _records.Values)
            {
                if (record.Connected) ReadAddresses(record);
            }
        }
        if (now < _nextDecay) return;
        // A missed decay is not made up for: after a pause of the whole process every mesh member would be found in deficit.
        _nextDecay = _nextDecay == TimeSpan.MinValue || _nextDecay + _parameters.DecayInterval <= now
            ? now + _parameters.DecayInterval
            : _nextDecay + _parameters.DecayInterval;
        // A disconnected peer's penalties stand still, or staying away would be cheaper than behaving.
        foreach (var record in _records.Values)
        {
            if (record.Connected) record.Decay(now, _parameters);
        }
    }

    private double Compute(ScoreRecord record)
    {
        var topics = 0.0;
        foreach (var topic in record.Topics.Values) topics += topic.Value();
        if (_parameters.TopicScoreCap > 0) topics = Math.Min(topics, _parameters.TopicScoreCap);

        var application = _parameters.ApplicationScore?.Invoke(record.Id) ?? 0;
        var faults = Math.Max(0, record.Behaviour - _parameters.BehaviourThreshold);
        return topics
            + (double.IsFinite(application) ? _parameters.ApplicationScoreWeight * application : 0)
            + (_parameters.ColocationWeight * _colocation.Value(record))
            + (_parameters.BehaviourWeight * faults * faults);
    }

    /// <summary>The record to change, null where the peer is unknown or the topic does not count.</summary>
    private TopicRecord? TopicOf(PeerId peer, string name)
    {
        if (!_records.TryGetValue(peer, out var record)) return null;
        record.Score = null;
        if (record.Topics.TryGetValue(name, out var topic)) return topic;
        var parameters = _parameters.Topics.GetValueOrDefault(name) ?? _parameters.OtherTopics;
        if (parameters is null) return null;
        return record.Topics[name] = new TopicRecord(parameters);
    }

    private void ReadAddresses(ScoreRecord record)
    {
        if (_addressesOf is not null) _colocation.Set(record, _addressesOf(record.Id));
    }

    private void ForgetOldest()
    {
        _records.Remove(_retained.First!.Value.Id);
        _retained.RemoveFirst();
    }
}
