package dev.tidar.spring.autoconfigure;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.stream.Stream;

/** Loads the classes of some folders by itself, as the restart class loader of Spring Boot's devtools does. */
final class OwnClasses extends URLClassLoader {

    OwnClasses(Path... folders) {
        super(Stream.of(folders).map(OwnClasses::url).toArray(URL[]::new), OwnClasses.class.getClassLoader());
    }

    private static URL url(Path folder) {
        try {
            return folder.toUri().toURL();
        } catch (MalformedURLException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        synchronized (getClassLoadingLock(name)) {
            Class<?> loaded = findLoadedClass(name);
            if (loaded != null) {
                return loaded;
            }
            boolean isOwn = findResource(name.replace('.', '/') + ".class") != null;
            return isOwn ? findClass(name) : super.loadClass(name, resolve);
        }
    }

    @Override
    public void close() {
        try {
            super.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
