using System.Numerics;

namespace HyphaMarket.Market.Matching;

/// <summary>The fills of a slot in the order they are made, in an array that is kept.</summary>
internal sealed class FillList
{
    private BookFill[] _fills = [];
    private int _count;

    public ReadOnlySpan<BookFill> Fills => _fills.AsSpan(0, _count);

    public void Clear() => _count = 0;

    /// <summary>Room for so many more; <see cref="Commit"/> says how many were made.</summary>
    public Span<BookFill> Reserve(int more)
    {
        if (_fills.Length - _count < more) Array.Resize(ref _fills, (int)BitOperations.RoundUpToPowerOf2((uint)(_count + more)));
        return _fills.AsSpan(_count);
    }

    public void Commit(int made) => _count += made;
}
