using System.Diagnostics.CodeAnalysis;

namespace HyphaMarket.Market.Ids;

/// <summary>What SHA-256 needs of a vector of words, one word of each of the messages that are hashed side by side.</summary>
internal interface ILanes<TVector>
    where TVector : unmanaged
{
    /// <summary>Messages side by side.</summary>
    static abstract int Count { get; }

    /// <summary>The same word in each lane.</summary>
    static abstract TVector Same(uint word);

    /// <summary>A word for each lane.</summary>
    static abstract TVector Of(ReadOnlySpan<uint> words);

    static abstract TVector Add(TVector left, TVector right);

    static abstract TVector RotateRight(TVector value, [ConstantExpected] byte bits);

    static abstract TVector ShiftRight(TVector value, [ConstantExpected] byte bits);

    static abstract TVector Xor(TVector first, TVector second, TVector third);

    /// <summary>Bit by bit: of the second where the first is set, else of the third.</summary>
    static abstract TVector Choose(TVector first, TVector second, TVector third);

    /// <summary>Bit by bit: what two of three are.</summary>
    static abstract TVector Majority(TVector first, TVector second, TVector third);

    /// <summary>All bits of a lane whose number is above the bound, none of the others.</summary>
    static abstract TVector Above(TVector numbers, TVector bound);

    /// <summary>The sixteen words of a block of each lane, as sixteen vectors.</summary>
    /// <param name="step">Bytes from one lane's block to the next one's.</param>
    static abstract void Load(ReadOnlySpan<byte> blocks, int step, Span<TVector> words);
}
