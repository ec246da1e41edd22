using Google.Protobuf;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Node.Telemetry;

/// <summary>Reads an offer's side out of its bytes without parsing the rest, for the counters: the market's own reading is strict and costs more.</summary>
internal static class OfferSideText
{
    public const string Unknown = "unknown";

    public static string Of(ByteString body)
    {
        try
        {
            var input = body.CreateCodedInput();
            while (input.ReadTag() is var tag and not 0)
            {
                if (WireFormat.GetTagFieldNumber(tag) != OfferBody.SideFieldNumber)
                {
                    input.SkipLastField();
                    continue;
                }

                return (OfferSide)input.ReadEnum() switch
                {
                    OfferSide.Bid => "bid",
                    OfferSide.Ask => "ask",
                    _ => Unknown,
                };
            }
        }
        catch (Exception e) when (e is InvalidProtocolBufferException or InvalidOperationException)
        {
            // Malformed, which the market says to its sender; it is counted all the same.
        }

        return Unknown;
    }
}
