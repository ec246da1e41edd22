namespace HyphaMarket.Libp2p.Protobuf;

/// <summary>How a protobuf field's value is laid out. Groups (3 and 4) are long deprecated and refused.</summary>
internal enum WireType
{
    Varint = 0,
    Fixed64 = 1,
    Bytes = 2,
    Fixed32 = 5,
}
