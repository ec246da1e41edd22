namespace HyphaMarket.Market.Profiles.Detection;

/// <summary>What <c>/sys/block/NAME</c> says of one device, as read.</summary>
/// <param name="Name">The folder's name, such as <c>nvme0n1</c>.</param>
/// <param name="Size">The text of <c>size</c>: sectors of 512 bytes, whatever the device's own sectors are.</param>
/// <param name="Rotational">The text of <c>queue/rotational</c>: 1 or 0.</param>
/// <param name="Removable">The text of <c>removable</c>: 1 or 0.</param>
/// <param name="Model">The text of <c>device/model</c>, or empty.</param>
public readonly record struct BlockDevice(string Name, string Size, string Rotational, string Removable, string Model);
