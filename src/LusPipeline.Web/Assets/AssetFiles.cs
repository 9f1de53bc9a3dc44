using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace LusPipeline.Web.Assets;

/// <summary>
/// The files that a browser loads beside a page. They are part of the program, and their addresses have a hash of their content, so that a browser may
/// keep them for ever and still gets a new version's.
/// </summary>
internal static class AssetFiles
{
    public static readonly string Style = AddressOf("lus.css");
    public static readonly string Script = AddressOf("lus.js");
    public static readonly string Icon = AddressOf("lus.svg");

    public static void MapAssets(this IEndpointRouteBuilder app)
    {
        Map(app, "lus.css", Style, "text/css; charset=utf-8");
        Map(app, "lus.js", Script, "text/javascript; charset=utf-8");
        Map(app, "lus.svg", Icon, "image/svg+xml");
    }

    private static void Map(IEndpointRouteBuilder app, string name, string address, string type)
    {
        var content = Read(name);
        app.MapGet(address, (HttpContext context) =>
        {
            context.Response.Headers.CacheControl = "public, max-age=31536000, immutable";
            return TypedResults.Bytes(content, type);
        }).ExcludeFromDescription();
    }

    private static string AddressOf(string name) => $"/assets/{Convert.ToHexStringLower(SHA256.HashData(Read(name)))[..12]}/{name}";

    private static byte[] Read(string name)
    {
        var type = typeof(AssetFiles);
        using var stream = type.Assembly.GetManifestResourceStream(type, name)!;
        using var content = new MemoryStream();
        stream.CopyTo(content);
        return content.ToArray();
    }
}
