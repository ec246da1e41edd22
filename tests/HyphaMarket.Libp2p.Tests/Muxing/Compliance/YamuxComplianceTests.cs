using HyphaMarket.Libp2p.Muxing;

namespace HyphaMarket.Libp2p.Tests.Muxing.Compliance;

public sealed class YamuxComplianceTests : MuxerComplianceTests
{
    protected override MuxedConnection Create(Stream channel, bool isDialler, MuxerBounds bounds, TimeProvider time) =>
        new YamuxConnection(
            channel,
            default,
            isDialler,
            new YamuxOptions
            {
                MaxInboundStreams = bounds.MaxInboundStreams,
                MaxOutboundStreams = bounds.MaxOutboundStreams,
                MaxWindowBytes = bounds.MaxWindowBytes,
                KeepAliveInterval = bounds.KeepAliveInterval,
                KeepAliveTimeout = bounds.KeepAliveTimeout,
                CloseTimeout = bounds.CloseTimeout,
                CloseLinger = bounds.CloseLinger,
            },
            time);
}
