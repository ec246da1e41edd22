using System.Buffers.Binary;
using HyphaMarket.Market.Offers;

namespace HyphaMarket.Market.Matching;

/// <summary>What offers of one side want besides price, quantity and term, in a form that a pair is quickly tested by.</summary>
internal sealed class PairSide
{
    private readonly AttributeSets _declared = new();
    private Wants[] _wants = [];
    private ulong[] _satisfying = [];
    private ulong[] _scratch = [];
    private int _words;

    /// <summary>One offer's terms; the defaults are those of a plain one.</summary>
    public struct Wants
    {
        public int MinimumFill;

        /// <summary>A number for (owner, group), or -1.</summary>
        public int Group;
        public bool Distinct;
        public bool Constrained;
    }

    public Span<Wants> Offers => _wants;

    /// <summary>Reads the terms of the offers of these ranks.</summary>
    public void Read(RankedSide side, int first, int count, Dictionary<(int Owner, UInt128 Group), int> groups)
    {
        if (_wants.Length < count) _wants = new Wants[count];
        _declared.Clear(count);
        for (var i = 0; i < count; i++)
        {
            _wants[i] = new Wants { MinimumFill = 1, Group = -1 };
            if (side.TermsAt(first + i) is not { } offer) continue;
            _declared.Add(i, offer.Attributes);
            _wants[i] = new Wants { MinimumFill = offer.MinimumFill, Group = -1, Distinct = offer.Distinct, Constrained = offer.Constraints.Count > 0 };
            if (offer.Group.IsEmpty) continue;
            var group = (side.Offers[first + i].Owner, BinaryPrimitives.ReadUInt128BigEndian(offer.Group.Span));
            if (!groups.TryGetValue(group, out var number)) groups.Add(group, number = groups.Count);
            _wants[i].Group = number;
        }
    }

    /// <summary>Works out for each constrained offer whom of the other side it takes.</summary>
    public void Resolve(RankedSide side, int first, int count, PairSide others)
    {
        _words = others._declared.Words;
        var constrained = 0;
        for (var i = 0; i < count; i++) constrained = _wants[i].Constrained ? i + 1 : constrained;
        if (_satisfying.Length < constrained * _words) _satisfying = new ulong[constrained * _words];
        if (_scratch.Length < _words) _scratch = new ulong[_words];
        for (var i = 0; i < constrained; i++)
        {
            if (_wants[i].Constrained) others._declared.Satisfying(side.TermsAt(first + i)!.Constraints, _satisfying.AsSpan(i * _words, _words), _scratch.AsSpan(0, _words));
        }
    }

    /// <summary>Whether an offer of this side takes that one of the other.</summary>
    public bool Takes(int mine, int other) => !_wants[mine].Constrained || (_satisfying[mine * _words + (other >> 6)] >> (other & 63) & 1) != 0;
}
