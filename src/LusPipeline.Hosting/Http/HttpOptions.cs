using System.ComponentModel.DataAnnotations;
using System.Net;
using System.Net.Sockets;

namespace LusPipeline.Hosting.Http;

/// <summary>Where a worker answers questions about its health and its metrics. It takes no commands there.</summary>
public sealed record HttpOptions : IValidatableObject
{
    public const string Section = "Http";

    /// <summary>
    /// Address and port to listen at. Only this machine reaches the default. <c>0.0.0.0</c> stands for all addresses of the machine, for probes
    /// and scrapers that come from others. Empty: no server.
    /// </summary>
    public Uri? Url { get; init; } = new("http://127.0.0.1:8080");

    /// <summary>The address to listen at; null for <c>localhost</c>, which is several.</summary>
    internal IPAddress? Address => IPAddress.TryParse(Url?.IdnHost, out var address) ? address : null;

    /// <summary>The address at which this machine reaches its own worker; null for no server.</summary>
    public Uri? OwnUrl => Url is not null && Address is { } address && (address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any))
        ? new UriBuilder(Url) { Host = (address.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Loopback : IPAddress.IPv6Loopback).ToString() }.Uri
        : Url;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Url is not null && (Url.Scheme != Uri.UriSchemeHttp || Url.PathAndQuery != "/" || (Address is null && Url.IdnHost != "localhost")))
            yield return new("is not an address to listen on. Give http://, an address of this machine (0.0.0.0 for all) and a port: http://0.0.0.0:8080; or nothing for no server.", [nameof(Url)]);
    }
}
