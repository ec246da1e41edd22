namespace HyphaMarket.Libp2p.Muxing;

/// <summary>One output of a <see cref="YamuxSession"/>; <see cref="YamuxEventKind"/> says what the fields mean.</summary>
internal readonly record struct YamuxEvent(YamuxEventKind Kind, YamuxStreamState? Stream, int Count);
