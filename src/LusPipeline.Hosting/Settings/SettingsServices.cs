using Microsoft.Extensions.DependencyInjection;

namespace LusPipeline.Hosting.Settings;

/// <summary>Registers the settings in a host.</summary>
public static class SettingsServices
{
    /// <summary>Adds the record of every section, and the settings as a whole.</summary>
    public static IServiceCollection AddSettings(this IServiceCollection services, LoadedSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        services.AddSingleton(settings);
        foreach (var (type, record) in settings.Records)
            services.AddSingleton(type, record);
        return services;
    }
}
