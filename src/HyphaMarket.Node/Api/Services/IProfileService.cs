using HyphaMarket.Node.Api.Contracts;

namespace HyphaMarket.Node.Api.Services;

/// <summary>The profile catalogue.</summary>
public interface IProfileService
{
    /// <summary>By rank, the smallest first.</summary>
    IReadOnlyList<ProfileView> List();

    /// <summary>Finds a profile by its name, however spelt, or its id in hexadecimal.</summary>
    /// <exception cref="ApiException">Not found; the reason names what may have been meant.</exception>
    ProfileView Get(string nameOrId);
}
