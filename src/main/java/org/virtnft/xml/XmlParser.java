package org.virtnft.xml;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.io.UnsupportedEncodingException;
import javax.xml.XMLConstants;
import javax.xml.parsers.ParserConfigurationException;
import javax.xml.parsers.SAXParser;
import javax.xml.parsers.SAXParserFactory;
import org.jdom2.Document;
import org.jdom2.JDOMException;
import org.jdom2.input.SAXBuilder;
import org.jdom2.input.sax.XMLReaderJDOMFactory;
import org.jdom2.located.LocatedJDOMFactory;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;
import org.xml.sax.XMLReader;

/** A parser for hostile documents: no DOCTYPE, hence no entities, and bounds on size and depth. */
final class XmlParser {

    static final int DEEPEST = 200;

    private SAXBuilder builder = builder();

    private static SAXBuilder builder() {
        SAXBuilder fresh = new SAXBuilder(new Readers(), null, new LocatedJDOMFactory());
        fresh.setExpandEntities(false);
        return fresh;
    }

    /** One document; for many, one parser is cheaper. */
    static Document parse(byte[] xml) throws JDOMException, IOException {
        return new XmlParser().read(xml);
    }

    Document read(byte[] xml) throws JDOMException, IOException {
        if (xml.length > XmlInput.LARGEST) {
            throw new IOException("it has more than " + XmlInput.LARGEST + " bytes");
        }
        boolean good = false;
        try {
            Document document = builder.build(new ByteArrayInputStream(xml));
            good = true;
            return document;
        } catch (IllegalArgumentException e) {
            // JDOM's own checks come after the parser's: XML 1.1 has control characters, a namespace may begin with a
            // digit
            throw new IOException("it holds what cannot be read: " + e.getMessage(), e);
        } catch (UnsupportedEncodingException e) {
            throw new IOException("its encoding '" + e.getMessage() + "' is not known", e);
        } finally {
            if (!good) {
                builder = builder(); // nothing of what went wrong meets the next document
            }
        }
    }

    /** The JDK's own parser whatever else is on the class path: what is switched off here must exist there. */
    private static final class Readers implements XMLReaderJDOMFactory {
        @Override
        public XMLReader createXMLReader() throws JDOMException {
            try {
                SAXParserFactory factory = SAXParserFactory.newDefaultInstance();
                factory.setNamespaceAware(true);
                factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
                factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
                factory.setFeature("http://xml.org/sax/features/external-general-entities", false);
                factory.setFeature("http://xml.org/sax/features/external-parameter-entities", false);
                SAXParser parser = factory.newSAXParser();
                parser.setProperty(XMLConstants.ACCESS_EXTERNAL_DTD, "");
                parser.setProperty(XMLConstants.ACCESS_EXTERNAL_SCHEMA, "");
                parser.setProperty("http://www.oracle.com/xml/jaxp/properties/maxElementDepth", "" + DEEPEST);
                XMLReader reader = parser.getXMLReader();
                reader.setEntityResolver((publicId, systemId) -> new InputSource(new StringReader("")));
                return reader;
            } catch (ParserConfigurationException | SAXException e) {
                throw new JDOMException("this JRE's XML parser cannot be made safe", e);
            }
        }

        @Override
        public boolean isValidating() {
            return false;
        }
    }
}
