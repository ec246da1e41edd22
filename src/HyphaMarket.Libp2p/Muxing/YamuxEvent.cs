namespace HyphaMarket.Libp2p.Muxing;

/// <summary>One output of a <see cref="YamuxSession"/>; <see cref="YamuxEventKind"/> says what the fields mean.</summary>
public readonly record struct YamuxEvent(YamuxEventKind Kind, YamuxStreamState? Stream, int Count);
