namespace HyphaMarket.Libp2p.Muxing;

/// <summary>Whom a muxer asks before it keeps a stream or more than its share of memory.</summary>
/// <remarks>Called under the muxer's lock: an answer comes at once and never calls back.</remarks>
public interface IMuxerResources
{
    /// <summary>Asks for a place for a stream that the peer opens.</summary>
    /// <returns>What is to be disposed when nobody is concerned with the stream any more; null refuses it.</returns>
    IDisposable? TryAcceptStream();

    /// <summary>Asks for memory.</summary>
    /// <param name="bytes">More than was asked for before.</param>
    /// <param name="urgent">Bytes that are here or must leave; else a window that would only be faster if it were larger.</param>
    bool TryReserveMemory(int bytes, bool urgent);

    /// <summary>Gives memory back.</summary>
    void ReleaseMemory(int bytes);
}
