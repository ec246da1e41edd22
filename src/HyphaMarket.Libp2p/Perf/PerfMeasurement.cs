namespace HyphaMarket.Libp2p.Perf;

/// <summary>What one run of <see cref="PerfProtocol.MeasureAsync"/> moved, and how long it took.</summary>
/// <param name="UploadedBytes">Sent, without the 8 bytes of the request.</param>
/// <param name="UploadTime">From the first byte written to the close of the write side: the last bytes may be in buffers still, so a small upload looks fast.</param>
/// <param name="DownloadedBytes">Received.</param>
/// <param name="DownloadTime">From there to the last byte. The server begins once it has read the whole upload, so this holds the time in which the buffers emptied.</param>
public sealed record PerfMeasurement(long UploadedBytes, TimeSpan UploadTime, long DownloadedBytes, TimeSpan DownloadTime)
{
    /// <summary>"measuring how many bytes were transferred by the total time it took from stream open to stream close".</summary>
    public TimeSpan TotalTime => UploadTime + DownloadTime;

    /// <summary>Both directions together, in bytes a second.</summary>
    public double BytesPerSecond => TotalTime > TimeSpan.Zero ? (UploadedBytes + DownloadedBytes) / TotalTime.TotalSeconds : 0;
}
